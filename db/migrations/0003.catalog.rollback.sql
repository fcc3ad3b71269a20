DROP TABLE catalog.stock_movements, catalog.stock, catalog.prices, catalog.products, catalog.categories, catalog.currencies;
