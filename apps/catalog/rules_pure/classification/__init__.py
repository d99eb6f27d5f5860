"""How data is classified: what is suggested, what lineage carries, what counts."""
