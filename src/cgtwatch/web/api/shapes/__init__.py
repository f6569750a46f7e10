"""The shapes of what the API answers and takes, a module a noun; they say what the record functions write, and a test compares them."""
