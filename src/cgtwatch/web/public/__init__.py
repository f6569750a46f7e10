"""What strangers may open: signing up, leaving, and what signed links lead to."""
