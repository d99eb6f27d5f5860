"""Processing, for programs."""
