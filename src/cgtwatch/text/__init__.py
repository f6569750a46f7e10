"""Text as the rooms share it: bytes or strings come in, plain values go out; it never reads a clock, a file or the network."""
