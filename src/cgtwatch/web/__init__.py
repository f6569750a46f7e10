"""The site: pages for people, what stands behind the links of messages, and what programs and assistants may ask.

In comes an `App` that reads and, where a service runs, its operations by name; out goes a Starlette site. Nothing is changed but by an
operation, and no handler visits, composes for sending, or sends.
"""
