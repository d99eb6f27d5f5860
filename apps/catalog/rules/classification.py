"""Rules about classification."""
