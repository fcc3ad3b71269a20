-- How tables grow.
CREATE OR REPLACE VIEW monitor.growth WITH (security_barrier) AS
SELECT m.relation, m.table_bytes, m.index_bytes, m.live_rows, m.table_bytes + m.index_bytes - d.bytes AS bytes_in_a_day,
       m.table_bytes + m.index_bytes - w.bytes AS bytes_in_a_week, m.live_rows - d.live_rows AS rows_in_a_day,
       m.live_rows - w.live_rows AS rows_in_a_week,
       round(
           100.0 * (m.table_bytes + m.index_bytes) / nullif(sum(m.table_bytes + m.index_bytes) OVER (), 0), 1
       ) AS share_percent
FROM monitor.measure_relations() AS m
LEFT JOIN LATERAL (
    SELECT h.table_bytes + h.index_bytes AS bytes, h.live_rows FROM monitor.relation_history AS h
    WHERE h.relation = m.relation AND h.at >= now() - interval '1 day' ORDER BY h.at LIMIT 1
) AS d ON true
LEFT JOIN LATERAL (
    SELECT h.table_bytes + h.index_bytes AS bytes, h.live_rows FROM monitor.relation_history AS h
    WHERE h.relation = m.relation AND h.at >= now() - interval '7 days' ORDER BY h.at LIMIT 1
) AS w ON true;

COMMENT ON VIEW monitor.growth IS
'Every table with its current size, and its growth in a day and in a week (or since the first snapshot, if that is more
recent). ORDER BY bytes_in_a_week DESC.
Read: index_bytes above table_bytes is usual here; bytes that increase while live_rows do not are bloat
(monitor.measure_bloat()).
Do: extend the disk before it is full: days left = free bytes * 7 / sum(bytes_in_a_week).';

GRANT SELECT ON monitor.growth TO store_monitor;
