"""Rules about quality."""
