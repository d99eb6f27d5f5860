"""Retention, for programs."""
