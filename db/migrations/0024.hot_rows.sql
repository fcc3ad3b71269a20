-- depends: 0021.security
-- Rows that every order meets. Measured with an order of three lines: see tests/bench/README.md.
-- Every constraint that goes or is not enforced is replaced in this transaction by what says the same (below, and db/policies/append_only.sql).
-- squawk-ignore-file ban-drop-constraint

-- --- hot products --------------------------------------------------------------------------------

-- A product that a crowd wants is a queue: each buyer waits for the row until the one before has committed. Its pieces are laid out in parts
-- then, and each buyer takes from one that nobody holds. The stock row is empty meanwhile; catalog.stock_levels adds up.
ALTER TABLE catalog.stock ADD COLUMN split_at timestamptz;
COMMENT ON COLUMN catalog.stock.split_at IS 'Since when its pieces lie in catalog.stock_parts; NULL is a product whose pieces are all here.';

CREATE TABLE catalog.stock_parts (
    product_id uuid NOT NULL REFERENCES catalog.stock ON DELETE CASCADE,
    part       smallint NOT NULL,
    on_hand    bigint NOT NULL,
    reserved   bigint NOT NULL,
    PRIMARY KEY (product_id, part),
    CONSTRAINT part_out_of_stock CHECK (reserved <= on_hand)    -- a sale or a release may meet another part than its hold: one of them can be below 0
) WITH (fillfactor = 25);    -- neighbours are updated at the same time: few to a page, and room for HOT
COMMENT ON TABLE catalog.stock_parts IS 'The pieces of products that a crowd wants, in parts that can be taken from at the same time.';
COMMENT ON CONSTRAINT part_out_of_stock ON catalog.stock_parts IS 'There is not enough in stock.';
-- Nothing is reserved below 0 or above what there is (out_of_stock), so there is never less than nothing: half of this one was said twice.
ALTER TABLE catalog.stock DROP CONSTRAINT stock_out_of_range,
    ADD CONSTRAINT stock_out_of_range CHECK (on_hand <= 1000000000) NOT VALID;
COMMENT ON CONSTRAINT stock_out_of_range ON catalog.stock IS 'Stock must stay between 0 and 1,000,000,000 pieces.';
-- Of a row a product, none of which is in it yet: a tenth of a second for 100,000.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX stock_split ON catalog.stock (split_at) WHERE split_at IS NOT NULL;

CREATE VIEW catalog.stock_levels WITH (security_invoker) AS
SELECT s.product_id,
       s.on_hand + CASE WHEN s.split_at IS NULL THEN 0
           ELSE (SELECT coalesce(sum(p.on_hand), 0)::bigint FROM catalog.stock_parts AS p WHERE p.product_id = s.product_id) END AS on_hand,
       s.reserved + CASE WHEN s.split_at IS NULL THEN 0
           ELSE (SELECT coalesce(sum(p.reserved), 0)::bigint FROM catalog.stock_parts AS p WHERE p.product_id = s.product_id) END AS reserved
FROM catalog.stock AS s;
GRANT SELECT ON catalog.stock_levels TO store_api;    -- db/views has the living copy

-- --- parents that every child would lock ---------------------------------------------------------

-- A foreign key locks its parent (KEY SHARE), and a row that many transactions lock at once becomes a list of them, written anew for each. A
-- parent that nobody can delete, and whose key never changes, needs no lock: these cannot be (db/policies/append_only.sql: no_deletion), and
-- their children are written by functions that have read them in the same transaction. `storeproc check` looks for orphans.
ALTER TABLE sales.orders ALTER CONSTRAINT currency_unknown NOT ENFORCED;
ALTER TABLE sales.order_items ALTER CONSTRAINT order_items_product_id_fkey NOT ENFORCED;
ALTER TABLE catalog.stock_movements ALTER CONSTRAINT stock_movements_product_id_fkey NOT ENFORCED;
ALTER TABLE payments.payments ALTER CONSTRAINT payments_provider_fkey NOT ENFORCED;
ALTER TABLE ledger.transfers ALTER CONSTRAINT transfers_debit_account_fkey NOT ENFORCED;
ALTER TABLE ledger.transfers ALTER CONSTRAINT transfers_credit_account_fkey NOT ENFORCED;

-- --- one CHECK a table ---------------------------------------------------------------------------

-- PostgreSQL reads the text of every CHECK again for every statement that writes: 20 KB for an order and its lines, a fifth of what an order
-- costs. One CHECK that calls a function with the row costs a tenth of that. The rules are what the CHECKs were, name by name; db/routines has
-- the living copy of them. NOT VALID: the rows that are there kept the old ones, and 0026 says so without a lock.
CREATE OR REPLACE FUNCTION sales.keeps_order_rules(o sales.orders)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF o.status IN ('pending', 'paid', 'shipped', 'delivered', 'cancelled')
        AND o.subtotal BETWEEN 0 AND 1000000000000000 AND o.discount BETWEEN 0 AND o.subtotal AND o.tax >= 0 AND o.shipping >= 0
        AND o.amount_paid >= 0 AND o.amount_refunded BETWEEN 0 AND o.amount_paid AND o.shipping_refunded BETWEEN 0 AND o.shipping
        AND o.tax_included BETWEEN 0 AND o.tax AND o.total = o.subtotal - o.discount + o.tax - o.tax_included + o.shipping
        AND (o.status IN ('pending', 'cancelled') OR o.amount_paid >= o.total)
    THEN
        RETURN true;
    ELSIF o.status NOT IN ('pending', 'paid', 'shipped', 'delivered', 'cancelled') THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'order_status_unknown', MESSAGE = 'An order has no such status.';
    ELSIF o.shipping_refunded NOT BETWEEN 0 AND o.shipping THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'shipping_refunded_out_of_range',
            MESSAGE = 'Refunds cannot exceed what the shipping cost.';
    ELSIF o.tax_included NOT BETWEEN 0 AND o.tax OR o.total <> o.subtotal - o.discount + o.tax - o.tax_included + o.shipping THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'order_total_adds_up', MESSAGE = 'The order''s total is not the sum of its parts.';
    -- A paid order is paid: no code path can say so without the money.
    ELSIF o.status NOT IN ('pending', 'cancelled') AND o.amount_paid < o.total THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'order_paid_in_full', MESSAGE = 'The order is not paid in full.';
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'order_amounts_out_of_range', MESSAGE = 'The order''s amount is out of range.';
END $$;
CREATE OR REPLACE FUNCTION sales.keeps_line_rules(i sales.order_items)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF i.quantity BETWEEN 1 AND 10000
        AND i.total >= 0 AND i.total = i.unit_price * i.quantity - i.discount + (CASE WHEN i.tax_included THEN 0 ELSE i.tax END)
        AND i.amount_refunded BETWEEN 0 AND i.total
        AND i.quantity_refunded BETWEEN 0 AND i.quantity AND i.quantity_returned BETWEEN 0 AND i.quantity
        AND i.quantity_shipped >= 0 AND i.quantity_withdrawn >= 0 AND i.quantity_shipped + i.quantity_withdrawn <= i.quantity
        AND i.quantity_returning >= 0 AND i.quantity_came_back >= 0 AND i.quantity_returning + i.quantity_came_back <= i.quantity_shipped
        AND i.quantity_refunded + i.quantity_returning <= i.quantity
    THEN
        RETURN true;
    ELSIF i.quantity NOT BETWEEN 1 AND 10000 THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'quantity_out_of_range', MESSAGE = 'A line holds between 1 and 10,000 pieces.';
    ELSIF i.quantity_refunded NOT BETWEEN 0 AND i.quantity THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'line_refunded_out_of_range', MESSAGE = 'These pieces have been refunded already.';
    ELSIF i.quantity_returned NOT BETWEEN 0 AND i.quantity THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'line_returned_twice', MESSAGE = 'These pieces are in stock again already.';
    ELSIF i.amount_refunded NOT BETWEEN 0 AND i.total THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'refund_above_line', MESSAGE = 'Refunds cannot exceed what the line cost.';
    ELSIF i.quantity_shipped < 0 OR i.quantity_withdrawn < 0 OR i.quantity_shipped + i.quantity_withdrawn > i.quantity THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'shipped_above_owed', MESSAGE = 'There are not as many pieces left to be shipped.';
    ELSIF i.quantity_returning < 0 OR i.quantity_came_back < 0 OR i.quantity_returning + i.quantity_came_back > i.quantity_shipped THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'returned_above_shipped',
            MESSAGE = 'There are not as many pieces out that could come back.';
    ELSIF i.quantity_refunded + i.quantity_returning > i.quantity THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'pieces_await_their_return',
            MESSAGE = 'These pieces are in a return that is not over: they are refunded when it is received.';
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'order_item_adds_up', MESSAGE = 'The line''s total is not the sum of its parts.';
END $$;
CREATE OR REPLACE FUNCTION payments.keeps_payment_rules(p payments.payments)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF p.status IN ('initiated', 'open', 'authorized', 'completed', 'failed', 'expired', 'cancelled')
        AND p.amount BETWEEN 1 AND 1000000000000000 AND p.amount_applied BETWEEN 0 AND p.amount_captured
        AND p.amount_refunded BETWEEN 0 AND p.amount_captured AND (p.status = 'completed') = (p.amount_captured > 0)
        AND p.purpose IN ('order', 'deposit') AND (p.purpose = 'order') = (p.order_id IS NOT NULL)
        AND p.capture_method IN ('automatic', 'manual')
        AND (p.capture_amount IS NULL OR p.capture_amount BETWEEN 1 AND p.amount AND p.hold_id IS NULL)
    THEN
        RETURN true;
    ELSIF p.amount_refunded NOT BETWEEN 0 AND p.amount_captured THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'refund_above_payment', MESSAGE = 'Refunds cannot exceed what the payment took.';
    ELSIF p.capture_amount NOT BETWEEN 1 AND p.amount THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'capture_above_authorization', MESSAGE = 'This is more than what was authorised.';
    ELSIF p.capture_amount IS NOT NULL AND p.hold_id IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'payment_waits_for_carrier',
            MESSAGE = 'This credit is taken when the carrier has taken the parcel, not by hand.';
    ELSIF p.amount NOT BETWEEN 1 AND 1000000000000000 THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'payment_amount_out_of_range', MESSAGE = 'The payment''s amount is out of range.';
    ELSIF p.amount_applied NOT BETWEEN 0 AND p.amount_captured THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'payment_applied_within_captured',
            MESSAGE = 'A payment pays no more than what it took.';
    ELSIF (p.status = 'completed') <> (p.amount_captured > 0) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'payment_captured_when_completed', MESSAGE = 'A completed payment has taken money, and no other has.';
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'payment_is_malformed', MESSAGE = 'A payment has no such status, purpose or way to be captured.';
END $$;
ALTER TABLE sales.orders ADD CONSTRAINT order_rules CHECK (sales.keeps_order_rules(orders)) NOT VALID,
    DROP CONSTRAINT order_amounts_out_of_range, DROP CONSTRAINT order_paid_in_full, DROP CONSTRAINT order_status_unknown,
    DROP CONSTRAINT order_total_adds_up, DROP CONSTRAINT shipping_refunded_out_of_range;
ALTER TABLE sales.order_items ADD CONSTRAINT line_rules CHECK (sales.keeps_line_rules(order_items)) NOT VALID,
    DROP CONSTRAINT line_refunded_out_of_range, DROP CONSTRAINT line_returned_twice, DROP CONSTRAINT order_item_adds_up,
    DROP CONSTRAINT pieces_await_their_return, DROP CONSTRAINT quantity_out_of_range, DROP CONSTRAINT refund_above_line,
    DROP CONSTRAINT returned_above_shipped, DROP CONSTRAINT shipped_above_owed;
ALTER TABLE payments.payments ADD CONSTRAINT payment_rules CHECK (payments.keeps_payment_rules(payments)) NOT VALID,
    DROP CONSTRAINT capture_above_authorization, DROP CONSTRAINT capture_method_unknown, DROP CONSTRAINT payment_amount_out_of_range,
    DROP CONSTRAINT payment_applied_within_captured, DROP CONSTRAINT payment_captured_when_completed, DROP CONSTRAINT payment_is_for_something,
    DROP CONSTRAINT payment_purpose_unknown, DROP CONSTRAINT payment_status_unknown, DROP CONSTRAINT payment_waits_for_carrier,
    DROP CONSTRAINT refund_above_payment;
