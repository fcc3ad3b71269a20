-- depends: 0007.messaging
-- Who changed what. Partitioned by month, so that retention drops a table instead of deleting rows.

CREATE TABLE audit.changes (
    id         uuid NOT NULL DEFAULT uuidv7(),
    at         timestamptz NOT NULL DEFAULT now(),
    table_name text NOT NULL,
    operation  text NOT NULL,                       -- INSERT, UPDATE, DELETE
    row_id     text NOT NULL,
    actor_id   uuid,
    db_role    text NOT NULL,
    request_id text,
    old        jsonb,                               -- an update keeps the changed columns only, before …
    new        jsonb                                -- … and after
) PARTITION BY RANGE (at);
CREATE INDEX changes_at ON audit.changes USING brin (at);
CREATE INDEX changes_row ON audit.changes (row_id, at);

-- Rows land here when the month's own partition is missing: late is better than refused.
CREATE TABLE audit.changes_default PARTITION OF audit.changes DEFAULT;
