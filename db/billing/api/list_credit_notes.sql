-- The credit notes of an order and the debit notes that cancel them, oldest first.
-- Errors: order_not_found 404, cursor_invalid 422.
CREATE FUNCTION api.list_credit_notes(
    order_id uuid, "limit" api.page_limit DEFAULT 20, cursor api.page_cursor DEFAULT NULL
)
RETURNS api.invoice_page
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_after CONSTANT uuid := messaging.cursor_from(list_credit_notes.cursor);
    v_found api.invoice[];
BEGIN
    IF NOT EXISTS (SELECT FROM sales.orders AS o
                   WHERE o.id = list_credit_notes.order_id AND (o.account_id = v_actor OR identity.is_staff())) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'order_not_found', MESSAGE = 'There is no such order.';
    END IF;
    SELECT array_agg(api.render_invoice(q) ORDER BY q.id) INTO v_found
    FROM (
        SELECT * FROM billing.invoices AS i
        WHERE i.order_id = list_credit_notes.order_id AND i.kind <> 'invoice' AND i.id > v_after
        ORDER BY i.id LIMIT list_credit_notes."limit" + 1
    ) AS q;
    RETURN ROW(
        coalesce(v_found[1:list_credit_notes."limit"], '{}'),
        CASE WHEN cardinality(v_found) > list_credit_notes."limit"
             THEN messaging.encode_cursor(jsonb_build_object('id', (v_found[list_credit_notes."limit"]).id)) END
    )::api.invoice_page;
END $$;

COMMENT ON FUNCTION api.list_credit_notes IS
'The credit notes of an order

One for each refund, oldest first. A credit note is never changed: if a lost dispute is won back, a `debit_note`
cancels its credit note, and names it in `invoice_id`.';

GRANT EXECUTE ON FUNCTION api.list_credit_notes TO app_customer;
