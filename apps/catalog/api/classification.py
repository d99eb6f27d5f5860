"""Classification, for programs."""
