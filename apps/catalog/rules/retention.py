"""Rules about retention."""
