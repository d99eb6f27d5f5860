"""Reads that join several records of the catalog, one module for each concern."""
