"""Running it: ownership of a data directory, logs, notices to the service manager. Knows nothing of policy."""
