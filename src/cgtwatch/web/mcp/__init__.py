"""What assistants that speak the Model Context Protocol may ask: four tools that only read, each answer with its evidence and links."""
