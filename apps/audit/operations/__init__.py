"""Every write of the ledger's own room."""
