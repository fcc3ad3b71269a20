-- For analysts (app_readonly). A security barrier: no function of the reader sees a row or value before it is masked or
-- removed.
CREATE OR REPLACE VIEW report.v_customers_safe WITH (security_barrier) AS
SELECT a.id AS account_id, a.role, a.status, identity.mask_email(a.email) AS email, a.email_verified, a.created_at,
       (SELECT d.country
        FROM identity.addresses AS d
        WHERE d.account_id = a.id
        ORDER BY d.is_default DESC, d.id LIMIT 1) AS country
FROM identity.accounts AS a;

COMMENT ON VIEW report.v_customers_safe IS
'Accounts without names: for counts, by date and by place. E-mails are masked, addresses are reduced to the country.';
COMMENT ON COLUMN report.v_customers_safe.account_id IS 'The account.';
COMMENT ON COLUMN report.v_customers_safe.role IS 'customer, merchant, support or admin.';
COMMENT ON COLUMN report.v_customers_safe.status IS 'active, suspended or closed.';
COMMENT ON COLUMN report.v_customers_safe.email IS 'Masked.';
COMMENT ON COLUMN report.v_customers_safe.email_verified IS 'Whether the person has confirmed the address.';
COMMENT ON COLUMN report.v_customers_safe.created_at IS 'When the account was made.';
COMMENT ON COLUMN report.v_customers_safe.country IS 'Of the default address, or else the first; null: no address.';
GRANT SELECT ON report.v_customers_safe TO app_readonly;
