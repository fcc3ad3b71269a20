"""SSLCommerz."""
