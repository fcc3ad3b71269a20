-- The pieces of split products go back into their stock rows first; the older code knows nothing of parts.
UPDATE catalog.stock AS s SET on_hand = s.on_hand + p.on_hand, reserved = s.reserved + p.reserved
FROM (SELECT t.product_id, sum(t.on_hand) AS on_hand, sum(t.reserved) AS reserved FROM catalog.stock_parts AS t GROUP BY t.product_id) AS p
WHERE p.product_id = s.product_id;
DROP VIEW catalog.stock_levels;
DROP TABLE catalog.stock_parts;
ALTER TABLE catalog.stock DROP COLUMN split_at;
ALTER TABLE sales.orders ALTER CONSTRAINT currency_unknown ENFORCED;
ALTER TABLE sales.order_items ALTER CONSTRAINT order_items_product_id_fkey ENFORCED;
ALTER TABLE catalog.stock_movements ALTER CONSTRAINT stock_movements_product_id_fkey ENFORCED;
ALTER TABLE payments.payments ALTER CONSTRAINT payments_provider_fkey ENFORCED;
ALTER TABLE ledger.transfers ALTER CONSTRAINT transfers_debit_account_fkey ENFORCED;
ALTER TABLE ledger.transfers ALTER CONSTRAINT transfers_credit_account_fkey ENFORCED;
ALTER TABLE sales.orders DROP CONSTRAINT order_rules,
    ADD CONSTRAINT order_status_unknown CHECK (status IN ('pending', 'paid', 'shipped', 'delivered', 'cancelled')),
    ADD CONSTRAINT order_total_adds_up CHECK (
        total = subtotal - discount + tax - tax_included + shipping AND tax_included BETWEEN 0 AND tax),
    ADD CONSTRAINT order_amounts_out_of_range CHECK (
        subtotal BETWEEN 0 AND 1000000000000000 AND discount BETWEEN 0 AND subtotal AND tax >= 0 AND shipping >= 0
        AND amount_paid >= 0 AND amount_refunded BETWEEN 0 AND amount_paid),
    ADD CONSTRAINT order_paid_in_full CHECK (status NOT IN ('paid', 'shipped', 'delivered') OR amount_paid >= total),
    ADD CONSTRAINT shipping_refunded_out_of_range CHECK (shipping_refunded BETWEEN 0 AND shipping);
ALTER TABLE sales.order_items DROP CONSTRAINT line_rules,
    ADD CONSTRAINT quantity_out_of_range CHECK (quantity BETWEEN 1 AND 10000),
    ADD CONSTRAINT order_item_adds_up CHECK (
        total = unit_price * quantity - discount + CASE WHEN tax_included THEN 0 ELSE tax END AND total >= 0),
    ADD CONSTRAINT refund_above_line CHECK (amount_refunded BETWEEN 0 AND total),
    ADD CONSTRAINT line_refunded_out_of_range CHECK (quantity_refunded BETWEEN 0 AND quantity),
    ADD CONSTRAINT line_returned_twice CHECK (quantity_returned BETWEEN 0 AND quantity),
    ADD CONSTRAINT shipped_above_owed CHECK (
        quantity_shipped >= 0 AND quantity_withdrawn >= 0 AND quantity_shipped + quantity_withdrawn <= quantity),
    ADD CONSTRAINT returned_above_shipped CHECK (
        quantity_returning >= 0 AND quantity_came_back >= 0 AND quantity_returning + quantity_came_back <= quantity_shipped),
    ADD CONSTRAINT pieces_await_their_return CHECK (quantity_refunded + quantity_returning <= quantity);
ALTER TABLE payments.payments DROP CONSTRAINT payment_rules,
    ADD CONSTRAINT payment_status_unknown CHECK (
        status IN ('initiated', 'open', 'authorized', 'completed', 'failed', 'expired', 'cancelled')),
    ADD CONSTRAINT payment_amount_out_of_range CHECK (amount BETWEEN 1 AND 1000000000000000),
    ADD CONSTRAINT payment_applied_within_captured CHECK (amount_applied BETWEEN 0 AND amount_captured),
    ADD CONSTRAINT refund_above_payment CHECK (amount_refunded BETWEEN 0 AND amount_captured),
    ADD CONSTRAINT payment_captured_when_completed CHECK ((status = 'completed') = (amount_captured > 0)),
    ADD CONSTRAINT payment_purpose_unknown CHECK (purpose IN ('order', 'deposit')),
    ADD CONSTRAINT payment_is_for_something CHECK ((purpose = 'order') = (order_id IS NOT NULL)),
    ADD CONSTRAINT capture_method_unknown CHECK (capture_method IN ('automatic', 'manual')),
    ADD CONSTRAINT capture_above_authorization CHECK (capture_amount BETWEEN 1 AND amount),
    ADD CONSTRAINT payment_waits_for_carrier CHECK (hold_id IS NULL OR capture_amount IS NULL);
ALTER TABLE catalog.stock DROP CONSTRAINT stock_out_of_range,
    ADD CONSTRAINT stock_out_of_range CHECK (on_hand BETWEEN 0 AND 1000000000);
DROP FUNCTION sales.keeps_order_rules, sales.keeps_line_rules, payments.keeps_payment_rules;
