-- depends: 0012.pricing
-- Invoices of what has its tax inside the price, and of bundles. What was issued before had its tax on top, and stays as it is.

ALTER TABLE billing.invoices
    ADD COLUMN tax_included bigint NOT NULL DEFAULT 0,           -- the part of the tax that is inside the prices
    DROP CONSTRAINT invoice_adds_up,
    ADD CONSTRAINT invoice_adds_up CHECK (total = subtotal - discount + tax - tax_included + shipping AND tax_included BETWEEN 0 AND tax);

ALTER TABLE billing.invoice_items
    ADD COLUMN tax_included boolean NOT NULL DEFAULT false,      -- unit_price and discount are with tax
    ADD COLUMN components jsonb NOT NULL DEFAULT '[]',           -- what is in one bundle: sku, name, quantity
    DROP CONSTRAINT invoice_item_adds_up,
    ADD CONSTRAINT invoice_item_adds_up
        CHECK (total = unit_price * quantity - discount + CASE WHEN tax_included THEN 0 ELSE tax END);
