"""What the queue runs for the registry."""
