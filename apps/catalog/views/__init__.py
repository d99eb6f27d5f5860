"""The pages of the data catalog, one module for each concern."""
