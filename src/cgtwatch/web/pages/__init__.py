"""What people look at: a module a page."""
