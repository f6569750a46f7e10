"""The nouns: frozen dataclasses and enums that every room speaks; standard library only, no behaviour beyond their own shape."""
