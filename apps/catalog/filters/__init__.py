"""What lists of the catalog can be narrowed by, one module for each concern."""
