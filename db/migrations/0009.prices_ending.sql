-- depends: 0008.audit
-- Products sorted by price: the open versions come from prices_by_amount; the few that are in force but end one day, from here.
CREATE INDEX prices_ending ON catalog.prices (currency, upper(valid)) WHERE NOT upper_inf(valid);
