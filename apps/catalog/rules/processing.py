"""Rules about processing."""
