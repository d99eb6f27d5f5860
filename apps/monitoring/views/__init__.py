"""Monitoring's views, one module for each concern."""
