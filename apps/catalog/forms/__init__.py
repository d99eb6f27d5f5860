"""What input looks like in the catalog, one module for each concern."""
