-- How far each database is from the end of its transaction ids.
CREATE OR REPLACE VIEW monitor.wraparound WITH (security_barrier) AS
SELECT d.datname::text AS database_name, age(d.datfrozenxid) AS transaction_age,
       round(
           100.0 * age(d.datfrozenxid) / current_setting('autovacuum_freeze_max_age')::bigint, 1
       ) AS percent_to_forced_vacuum, round(100.0 * age(d.datfrozenxid) / 2147483648, 2) AS percent_to_stop,
       mxid_age(d.datminmxid) AS multixact_age,
       round(100.0 * mxid_age(d.datminmxid) / 2147483648, 2) AS multixact_percent_to_stop
FROM pg_database AS d;

COMMENT ON VIEW monitor.wraparound IS
'The share of the 2^31 transaction ids (and multixact ids) that are used up since the oldest row that is not frozen.
Read: percent_to_forced_vacuum exceeds 100 now and then and goes down again, when a forced vacuum runs. percent_to_stop
above 50 needs attention soon; at about 99.9 the server accepts no more writes.
Do: find the table with monitor.vacuum ORDER BY freeze_age DESC; end old transactions, prepared transactions and slots,
then VACUUM (FREEZE) it.';

GRANT SELECT ON monitor.wraparound TO store_monitor;
