"""What is asked for about subscriptions and their readers: made, changed, ended, shown, applied from a file, exported and erased."""
