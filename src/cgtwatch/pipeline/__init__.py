"""The corridor: poll, digest and send call the rooms in order and end each unit of work in one write. They decide nothing."""
