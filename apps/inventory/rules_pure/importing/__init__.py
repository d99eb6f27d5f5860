"""Reading other people's inventories: files into tables, headers into our fields, rows into records. No Django here."""
