"""The database of storeproc: its server, its schema and everything that deploys them."""
