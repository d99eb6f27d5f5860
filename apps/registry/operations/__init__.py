"""Every write of the registry, one module for each concern."""
