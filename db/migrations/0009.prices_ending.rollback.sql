DROP INDEX catalog.prices_ending;
