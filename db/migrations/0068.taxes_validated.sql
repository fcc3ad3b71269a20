-- depends: 0067.taxes
-- transactional: false
-- Checks of 0067 on what was there before, and an index of a foreign key, without holding up anybody.
-- A second time it does nothing.

CREATE INDEX CONCURRENTLY IF NOT EXISTS order_items_exemption ON sales.order_items (exemption_id)
    WHERE exemption_id IS NOT NULL;
-- squawk-ignore prefer-robust-stmts
ALTER TABLE sales.order_items VALIDATE CONSTRAINT line_tax_category_unknown;
-- squawk-ignore prefer-robust-stmts
ALTER TABLE sales.order_items VALIDATE CONSTRAINT order_items_exemption_id_fkey;
-- squawk-ignore prefer-robust-stmts
ALTER TABLE sales.tax_rates VALIDATE CONSTRAINT tax_combine_unknown;
-- squawk-ignore prefer-robust-stmts
ALTER TABLE sales.tax_rates VALIDATE CONSTRAINT tax_combine_needs_region;
-- squawk-ignore prefer-robust-stmts
ALTER TABLE sales.settings VALIDATE CONSTRAINT untaxed_orders_unknown;
-- squawk-ignore prefer-robust-stmts
ALTER TABLE billing.invoices VALIDATE CONSTRAINT invoice_of_another_year;
-- squawk-ignore prefer-robust-stmts
ALTER TABLE billing.invoice_items VALIDATE CONSTRAINT tax_category_unknown;
-- squawk-ignore prefer-robust-stmts
ALTER TABLE ledger.accounts VALIDATE CONSTRAINT ledger_kind_unknown;
