"""What others hand over to us: documents, pings of hubs, mail that came back."""
