"""Quality, for programs."""
