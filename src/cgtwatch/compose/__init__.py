"""What is said to readers: announcements and a context come in, a `Message` in HTML, text and JSON goes out.

`messages.digest`, `messages.welcome` and `messages.alarm` compose; `records` holds the JSON shapes. It must not decide who gets
what or how it is sent, must not read a clock or the store, and lets nothing from a source through unescaped.
"""
