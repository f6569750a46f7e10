"""Where polls, digests and sends run: operations by name, threads that work them off, and the socket by which commands reach a running service.

Comes in: an App and what is due. Goes out: rows that say what happened. It decides nothing about sources or events.
"""
