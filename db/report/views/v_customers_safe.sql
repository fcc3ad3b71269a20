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
GRANT SELECT ON report.v_customers_safe TO app_readonly;
