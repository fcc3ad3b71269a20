-- A page of an owner's transfers of a kind (wallet, credit, earnings), newest first. Only staff see which of them
-- acted, and their notes; others see an actor only when it is themselves. The caller has checked the owner. Not an
-- endpoint.
-- Callers:   api.list_credit_transactions, api.list_customer_wallet_transactions, api.list_merchant_transactions,
--            api.list_own_credit_transactions, api.list_wallet_transactions.
-- Errors:    cursor_invalid 422.
CREATE FUNCTION api.render_transaction_page(owner_id uuid, account_kind text, "limit" integer, cursor text)
RETURNS api.transaction_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_staff  CONSTANT boolean := identity.is_staff();
    v_actor  CONSTANT uuid := identity.current_actor();
    v_before CONSTANT uuid := messaging.cursor_before(render_transaction_page.cursor);
    v_found  api.transaction[];
BEGIN
    SELECT array_agg(ROW(t.id, t.kind, t.amount, t.currency, t.balance_before, t.balance_after, t.order_id, t.reason,
                         CASE WHEN v_staff THEN t.metadata END,
                         CASE WHEN v_staff OR t.actor_id = v_actor THEN t.actor_id END,
                         t.created_at)::api.transaction ORDER BY t.id DESC)
    INTO v_found
    FROM ledger.list_transactions(render_transaction_page.owner_id, render_transaction_page.account_kind, v_before,
                                  render_transaction_page."limit" + 1) AS t;
    RETURN ROW(
        coalesce(v_found[1:render_transaction_page."limit"], '{}'),
        CASE WHEN cardinality(v_found) > render_transaction_page."limit"
             THEN messaging.encode_cursor(jsonb_build_object('id', (v_found[render_transaction_page."limit"]).id)) END
    )::api.transaction_page;
END $$;
