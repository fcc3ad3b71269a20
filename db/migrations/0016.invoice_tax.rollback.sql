-- Refused where an invoice has its tax inside the prices: it would no longer add up.
ALTER TABLE billing.invoice_items DROP CONSTRAINT invoice_item_adds_up, DROP COLUMN components, DROP COLUMN tax_included,
    ADD CONSTRAINT invoice_item_adds_up CHECK (total = unit_price * quantity - discount + tax);
ALTER TABLE billing.invoices DROP CONSTRAINT invoice_adds_up, DROP COLUMN tax_included,
    ADD CONSTRAINT invoice_adds_up CHECK (total = subtotal - discount + tax + shipping);
