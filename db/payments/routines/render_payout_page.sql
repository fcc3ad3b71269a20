-- A page of payouts. The array has one row more than the limit if there is a next page. Not an endpoint.
-- Callers:   api.list_all_payouts, api.list_payouts, api.list_withdrawals.
CREATE FUNCTION api.render_payout_page(payouts payments.payouts[], "limit" integer)
RETURNS api.payout_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ROW(
        ARRAY(SELECT api.render_payout(p) FROM unnest(payouts[1:"limit"]) AS p ORDER BY p.id DESC),
        CASE WHEN cardinality(payouts) > "limit" THEN messaging.encode_cursor(
            jsonb_build_object('id', (payouts["limit"]).id)
        ) END
    )::api.payout_page;
END $$;
