"""Chat rooms: one module a vendor, and what they share. A new one is a `Vendor` with its `Room`, and a row in `CHANNELS`."""
