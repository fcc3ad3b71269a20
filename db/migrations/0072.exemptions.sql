-- depends: 0071.tax_ids
-- Orders that wait until it is decided how they are taxed; what sellers said of untaxed orders becomes rules.

-- Rates and rules of this moment apply to the order; null: of created_at. Set when staff release an order that had to
-- wait for a rate or a rule: those did not exist when it was placed.
ALTER TABLE sales.orders ADD COLUMN taxed_at timestamptz;

ALTER TABLE sales.order_holds
    -- squawk-ignore ban-drop-constraint
    DROP CONSTRAINT hold_cause_unknown,
    ADD CONSTRAINT hold_cause_unknown CHECK (cause IN ('support', 'risk', 'review', 'tax')) NOT VALID,
    -- squawk-ignore ban-drop-constraint
    DROP CONSTRAINT hold_has_its_payment,
    ADD CONSTRAINT hold_has_its_payment CHECK ((cause IN ('support', 'tax')) = (payment_id IS NULL)) NOT VALID;
COMMENT ON COLUMN sales.order_holds.payment_id IS 'Null: support made it, or the tax of the order is undecided.';

-- Where a line of an order is supplied, seen from where the shop is taxed: what rules of exemption are compared with.
CREATE TYPE sales.tax_place AS (
    home        text,       -- the country in which the shop is taxed; null: unknown
    home_in_eu  boolean,    -- in the area of the EU's VAT (directive 2006/112/EC, articles 5 and 6)
    country     text,
    region      text,
    in_eu       boolean,
    domestic    boolean,
    eu          boolean,    -- in the EU, and not where the shop is
    export      boolean,    -- leaves the country or, from within the EU, the EU
    goods       boolean,    -- that are sent; otherwise services, downloads among them
    business    boolean,    -- the buyer has a tax id of the country, or of any member state for a place in the EU
    tax_id_from text        -- the member state that gave it; null: none
);

-- The documents of a shop without any tax rate stated this text wherever an order went, with category E, or O for a
-- seller that is not registered for tax. They still do. Where there are rates it cannot be known what it was meant for.
INSERT INTO sales.tax_exemptions (category, text, destination)
SELECT CASE WHEN num_nonnulls(s.vat_id, s.tax_number) > 0 THEN 'E' ELSE 'O' END, btrim(s.exemption), d.destination
FROM (SELECT * FROM billing.sellers ORDER BY version DESC LIMIT 1) AS s
CROSS JOIN unnest(ARRAY['domestic', 'eu', 'export']) AS d (destination)
WHERE btrim(s.exemption) <> '' AND NOT EXISTS (SELECT FROM sales.tax_rates);
