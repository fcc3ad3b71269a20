-- The log of business events, newest first, or oldest first for a reader that follows it. In that direction next_cursor
-- is never null, so that the reader can continue later, and only final events are read, so that an event that commits
-- late is not skipped (see messaging.read_log). A filter looks at up to 10,000 events per page, so a page may hold few
-- events and still have a next page.
-- Errors: cursor_invalid 422.
CREATE DOMAIN api.event_types AS text CONSTRAINT event_types_malformed
    CHECK (char_length(VALUE) <= 2000 AND VALUE ~ '^(\*|[a-z_]+\.(\*|[a-z_]+))(,(\*|[a-z_]+\.(\*|[a-z_]+)))*$');
COMMENT ON DOMAIN api.event_types IS
'Types of events, separated by commas: order.paid,refund.* is one type and every event of refunds.
Example: "order.*,payment.completed"';
CREATE DOMAIN api.event_sort AS text CONSTRAINT event_sort_unknown CHECK (VALUE = ANY (ARRAY['newest', 'oldest']));
COMMENT ON DOMAIN api.event_sort IS 'Which events come first. To follow the log, use oldest.';
CREATE TYPE api.event AS (
    id uuid, type text, order_id uuid, account_id uuid, data jsonb, actor_id uuid, created_at timestamptz
);
COMMENT ON COLUMN api.event.order_id IS 'Null: it is about no order.';
COMMENT ON COLUMN api.event.account_id IS 'The account that it is about. Null: about none.';
COMMENT ON COLUMN api.event.actor_id IS 'The account that did it. Null: a service, or the shop itself.';
CREATE TYPE api.event_page AS (data api.event[], next_cursor text);

CREATE FUNCTION api.list_events(
    types api.event_types DEFAULT NULL, sort api.event_sort DEFAULT 'newest', "limit" api.page_limit DEFAULT 20,
    cursor api.page_cursor DEFAULT NULL
)
RETURNS api.event_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor    CONSTANT uuid := identity.authenticate();
    v_patterns CONSTANT text[] := coalesce(string_to_array(list_events.types, ','), '{*}');
    v_reach    CONSTANT integer := CASE WHEN '*' = ANY (v_patterns) THEN list_events."limit" ELSE 10000 END;
    v_cursor   CONSTANT uuid :=
        CASE WHEN list_events.cursor IS NOT NULL THEN messaging.cursor_before(list_events.cursor) END;
    v_before   xid8;
    v_seen     bigint;
    v_last     uuid;
    v_rows     api.event[];
BEGIN
    IF list_events.sort = 'oldest' THEN
        SELECT count(*), (array_agg(e.id ORDER BY e.xact DESC, e.id DESC))[1],
               array_agg(ROW(e.id, e.type, e.order_id, e.account_id, e.data, e.actor_id, e.created_at)::api.event
                         ORDER BY e.xact, e.id)
                   FILTER (WHERE messaging.wants_event(v_patterns, e.type))
        INTO v_seen, v_last, v_rows
        FROM messaging.read_log(v_cursor, v_reach) AS e;
    ELSE
        IF v_cursor IS NOT NULL THEN
            SELECT e.xact INTO v_before FROM messaging.events AS e WHERE e.id = v_cursor;
            IF NOT FOUND THEN
                RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'cursor_invalid',
                    MESSAGE = 'This cursor does not belong to this list.',
                    HINT = 'Send the next_cursor of the previous page, unchanged.';
            END IF;
        END IF;
        SELECT count(*), (array_agg(e.id ORDER BY e.xact, e.id))[1],
               array_agg(ROW(e.id, e.type, e.order_id, e.account_id, e.data, e.actor_id, e.created_at)::api.event
                         ORDER BY e.xact DESC, e.id DESC)
                   FILTER (WHERE messaging.wants_event(v_patterns, e.type))
        INTO v_seen, v_last, v_rows
        FROM (
            SELECT f.* FROM messaging.events AS f
            WHERE v_cursor IS NULL OR (f.xact, f.id) < (v_before, v_cursor)
            ORDER BY f.xact DESC, f.id DESC LIMIT v_reach
        ) AS e;
    END IF;
    IF cardinality(v_rows) >= list_events."limit" THEN
        v_rows := v_rows[1:list_events."limit"];
        v_last := (v_rows[list_events."limit"]).id;
    ELSIF list_events.sort = 'oldest' THEN
        v_last := coalesce(v_last, v_cursor);    -- nothing is new: keep the position
    ELSIF v_seen < v_reach THEN
        v_last := NULL;    -- the beginning of the log
    END IF;
    RETURN ROW(coalesce(v_rows, '{}'),
               CASE WHEN v_last IS NOT NULL THEN messaging.encode_cursor(
                   jsonb_build_object('id', v_last)
               ) END)::api.event_page;
END $$;

COMMENT ON FUNCTION api.list_events IS
'List the events of the shop

The log of business events, newest first. To follow it, use `sort=oldest` and send each `next_cursor` with the next
request; an answer without events keeps the position. No event is skipped, not even one that was recorded early and
became visible late. `types`, such as `order.paid,refund.*`, filters by type.';

GRANT EXECUTE ON FUNCTION api.list_events TO app_admin;
