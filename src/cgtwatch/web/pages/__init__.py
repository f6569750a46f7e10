"""What people look at: a module for each page, beside it one for each of its larger parts."""
