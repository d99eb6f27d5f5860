"""Lineage, for programs."""
