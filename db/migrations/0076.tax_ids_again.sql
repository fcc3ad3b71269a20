-- depends: 0075.tax_totals
-- When a service is asked (again) about a tax id. The existing ones are due at once: some were stored before there was
-- a service.
ALTER TABLE identity.tax_id_checks ADD COLUMN check_at timestamptz DEFAULT now();    -- null: no longer used
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX tax_id_checks_due ON identity.tax_id_checks (check_at);
