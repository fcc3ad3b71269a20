"""The web tier of storeproc: HTTP in, one statement out."""
