"""Access, for programs."""
