"""The page: what is new, how the sources are, what the local mailbox holds. Reads only; changes nothing."""
