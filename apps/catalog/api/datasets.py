"""Datasets, for programs."""
