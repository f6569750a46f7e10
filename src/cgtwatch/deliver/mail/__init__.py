"""Mail: made, signed and handed over, kept in the local mailbox, and read where it comes back."""
