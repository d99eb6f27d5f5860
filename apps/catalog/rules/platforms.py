"""Rules about platforms."""
