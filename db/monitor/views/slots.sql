-- Replication slots, and the data that they keep from being removed.
CREATE OR REPLACE VIEW monitor.slots WITH (security_barrier) AS
SELECT s.slot_name::text AS slot_name, s.slot_type, s.active, s.inactive_since, s.wal_status, s.invalidation_reason,
       pg_wal_lsn_diff(l.here, s.restart_lsn)::bigint AS retained_bytes,
       s.safe_wal_size AS left_bytes, age(s.xmin) AS holds_back_transactions, age(s.catalog_xmin) AS holds_back_catalog
FROM pg_replication_slots AS s
CROSS JOIN (
    SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn() ELSE pg_current_wal_lsn() END AS here
) AS l;

COMMENT ON VIEW monitor.slots IS
'Replication slots: each keeps write-ahead log until its reader has received it.
Read: active false with retained_bytes that increases fills the disk, for a standby that may never come back.
holds_back_transactions keeps vacuum from removing dead rows.
Do: restart the standby, or SELECT pg_drop_replication_slot(slot_name); set max_slot_wal_keep_size.';

GRANT SELECT ON monitor.slots TO store_monitor;
