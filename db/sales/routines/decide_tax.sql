-- Prices an order whose tax was undecided with the rates and rules of now, gives its buyer time to pay, and tells them.
-- Its holds have been released.
-- Callers:   api.release_order. The caller holds the order.
-- Locks:     those of require_within_total.
-- Errors:    tax_undecided 409; those of price_order and require_within_total.
CREATE OR REPLACE FUNCTION sales.decide_tax(order_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_order   sales.orders;
    v_missing jsonb;
    v_total   bigint;
BEGIN
    UPDATE sales.orders AS o
    SET taxed_at = now(), version = o.version + 1,
        expires_at = CASE WHEN o.expires_at IS NOT NULL THEN now() + interval '3 days' END
    WHERE o.id = decide_tax.order_id
    RETURNING o.* INTO STRICT v_order;
    v_missing := (
        SELECT jsonb_agg(t.product_id)
        FROM sales.treat_tax(v_order, ARRAY(SELECT i.product_id FROM sales.order_items AS i
                                            WHERE i.order_id = v_order.id)) AS t
        WHERE t.tax_category IS NULL);
    IF v_missing IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'tax_undecided',
            MESSAGE = 'No tax rate and no rule of tax exemption applies to some products of this order.',
            HINT = 'Add a rate for its destination or a rule (POST /admin/tax-rates, POST /admin/tax-exemptions), or '
                || 'cancel it.',
            DETAIL = jsonb_build_object('country', v_order.tax_country, 'region', v_order.tax_region,
                                        'product_ids', v_missing)::text;
    END IF;
    v_total := sales.price_order(v_order.id);
    IF v_total <> v_order.total THEN
        PERFORM messaging.record_event('order.modified', v_order.id, v_order.account_id,
                                       sales.order_data(v_order) || jsonb_build_object('total', v_total));
    END IF;
    IF v_order.status = 'pending' THEN
        PERFORM sales.require_within_total(v_order.id);
        PERFORM messaging.enqueue_mail('order_payable', v_order.account_id, jsonb_build_object('order_id', v_order.id));
    ELSIF v_order.paid_at IS NOT NULL THEN
        -- A payment that was under way when the order was held has paid for it; its invoice was refused.
        PERFORM messaging.enqueue_job('issue_invoice', jsonb_build_object('order_id', v_order.id));
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION sales.decide_tax TO store_api;
