-- transactional: false
-- depends: 0051.debit_notes
-- Few orders are on hold: what they bring is read with every balance of a merchant.
CREATE INDEX CONCURRENTLY IF NOT EXISTS order_holds_open ON sales.order_holds (order_id) WHERE released_at IS NULL;
