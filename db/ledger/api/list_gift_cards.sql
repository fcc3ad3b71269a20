-- Gift cards, newest first, with the last four characters of their codes, for customer service.
-- Errors: cursor_invalid 422.
CREATE FUNCTION api.list_gift_cards(
    status api.gift_card_status DEFAULT NULL, "limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL
)
RETURNS api.gift_card_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor  CONSTANT uuid := identity.authenticate();
    v_limit  CONSTANT integer := list_gift_cards."limit";
    v_before CONSTANT uuid := messaging.cursor_before(list_gift_cards.cursor);
    v_found  api.gift_card[];
BEGIN
    SELECT array_agg(f.card ORDER BY f.id DESC) INTO v_found
    FROM (
        SELECT g.id, api.render_gift_card(g.*) AS card
        FROM ledger.list_gift_cards(list_gift_cards.status, v_before, v_limit + 1) AS g
    ) AS f;
    RETURN ROW(
        coalesce(v_found[1:v_limit], '{}'),
        CASE WHEN cardinality(v_found) > v_limit THEN messaging.encode_cursor(
            jsonb_build_object('id', (v_found[v_limit]).id)
        ) END
    )::api.gift_card_page;
END $$;

COMMENT ON FUNCTION api.list_gift_cards IS
'List gift cards

Newest first, each with the last four characters of its code.';

GRANT EXECUTE ON FUNCTION api.list_gift_cards TO app_support;
