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
'How many of the 2^31 transaction ids (and multixact ids) are used up since the oldest row that is not frozen.
Read: percent_to_forced_vacuum passes 100 now and then and comes down again: that is the forced vacuum at work.
percent_to_stop above 50 is an emergency in slow motion; at about 99.9 the server takes no more writes.
Do: monitor.vacuum ORDER BY freeze_age DESC names the table; end old transactions, prepared transactions and slots,
then VACUUM (FREEZE) it.';

GRANT SELECT ON monitor.wraparound TO store_monitor;
