"""One module for each concern."""
