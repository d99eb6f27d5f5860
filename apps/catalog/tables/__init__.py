"""What lists of the catalog look like, one module for each concern."""
