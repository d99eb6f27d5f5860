"""Between a file's records and the inventory's: what a row would change, and the sentences that say so. Reads only."""
