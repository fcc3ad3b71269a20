-- How far the worker is with writing the search index of products, in one row.
CREATE OR REPLACE VIEW monitor.search_index WITH (security_barrier) AS
SELECT i.language, i.done, i.total, i.started_at, i.finished_at
FROM catalog.search_index AS i;

COMMENT ON VIEW monitor.search_index IS
'The search index of products: its language, and how many products it has of those that were there when it was begun.
Read: without finished_at the worker is writing it, 500 products at a time; until then a search finds the others by the
words of before. It is written after search_language was changed, and once after the upgrade to migration 0084.
Do: nothing; if done stays the same, check that a worker runs (storeproc worker).';

GRANT SELECT ON monitor.search_index TO store_monitor;
