"""The page: what is new, how the sources are, what was sent, and what stands behind the links of messages.

In comes an `App` that reads and, where a service runs, its operations by name; out goes a Starlette site. Nothing is changed but by an
operation, and no handler visits, composes for sending, or sends.
"""
