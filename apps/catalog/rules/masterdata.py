"""Rules about master data."""
