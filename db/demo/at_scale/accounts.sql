-- People, their addresses and ledger accounts. Everybody's password is Demo-Pass-1, as in the demo shop.
-- Run by db/demo/scale.py; the names in parentheses are its numbers.

INSERT INTO identity.accounts (id, email, display_name, role, email_verified, created_at)
SELECT uuidv7(a.created_at - now()), a.email, a.display_name, a.role, true, a.created_at
FROM (
    SELECT 'merchant' || n || '@scale.example' AS email, 'Merchant ' || n AS display_name, 'merchant' AS role,
           now() - interval '3 years' + n * interval '1 minute' AS created_at
    FROM generate_series(1, %(merchants)s::integer) AS n
    UNION ALL
    SELECT 'customer' || n || '@scale.example', 'Customer ' || n, 'customer',
           now() - interval '2 years' + n * interval '1 second'
    FROM generate_series(1, %(customers)s::integer) AS n
    UNION ALL
    SELECT 'support@scale.example', 'Customer service', 'support', now() - interval '3 years'
    UNION ALL
    SELECT 'admin@scale.example', 'Shop administration', 'admin', now() - interval '3 years'
) AS a;

INSERT INTO identity.passwords (account_id, salt, proof)
SELECT a.id, left(p.hash, 29), sha256(convert_to(p.hash, 'UTF8'))
FROM identity.accounts AS a,
     (VALUES ('$2b$12$storeprocdemosaltAAAAeMmLXV6CjesC9mlmh0/.urkOirTQEDJy')) AS p (hash)
WHERE a.email LIKE '%%@scale.example';

INSERT INTO identity.addresses (id, account_id, name, line1, city, postal_code, country, is_default, created_at)
SELECT uuidv7(a.created_at - now()), a.id, a.display_name, (1 + a.n %% 200) || ' Scale Street',
       (ARRAY['Dhaka', 'Uppsala', 'Porto', 'Leeds', 'Turin', 'Lyon'])[1 + a.n %% 6],
       lpad((a.n %% 100000)::text, 5, '0'),
       (ARRAY['BD', 'SE', 'PT', 'GB', 'IT', 'FR'])[1 + a.n %% 6], true, a.created_at
FROM (SELECT c.*, row_number() OVER (ORDER BY c.id) AS n FROM identity.accounts AS c
      WHERE c.email LIKE 'customer%%@scale.example') AS a;

INSERT INTO ledger.accounts (owner_id, kind, provider, currency)
SELECT NULL, k.kind, k.provider, 'USD'
FROM (VALUES ('sales', NULL), ('commission', NULL), ('clearing', 'mock'), ('clearing', 'stripe')) AS k (kind, provider)
ON CONFLICT ON CONSTRAINT ledger_account_twice DO NOTHING;

INSERT INTO ledger.accounts (id, owner_id, kind, currency)
SELECT uuidv7(a.created_at - now()), a.id, 'earnings', 'USD'
FROM identity.accounts AS a WHERE a.email LIKE 'merchant%%@scale.example';

CREATE TEMPORARY TABLE scale_customers ON COMMIT PRESERVE ROWS AS
SELECT row_number() OVER (ORDER BY random()) - 1 AS n, a.id, a.display_name, a.email,
       jsonb_build_object('name', d.name, 'line1', d.line1, 'city', d.city, 'postal_code', d.postal_code,
                          'country', d.country) AS address
FROM identity.accounts AS a JOIN identity.addresses AS d ON d.account_id = a.id
WHERE a.email LIKE 'customer%%@scale.example';
CREATE UNIQUE INDEX ON scale_customers (n);
ANALYZE scale_customers;
