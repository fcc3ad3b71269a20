-- depends: 0057.environment
-- Exports of everything that is stored about a person, how long the audit is kept, and texts in their canonical form.

-- One export an account. The worker writes the file in parts, so that neither it nor a reader needs all of it at once.
CREATE TABLE identity.account_exports (
    account_id   uuid PRIMARY KEY REFERENCES identity.accounts ON DELETE CASCADE,
    id           uuid NOT NULL DEFAULT uuidv7(),
    status       text NOT NULL DEFAULT 'pending'
        CONSTRAINT export_status_unknown CHECK (status IN ('pending', 'completed', 'failed')),
    section      integer NOT NULL DEFAULT 1,    -- of identity.export_sections(): the next one to be written …
    after_id     uuid,                          -- … from the row behind this one
    parts        integer NOT NULL DEFAULT 0,
    size         bigint NOT NULL DEFAULT 0,     -- bytes
    completed_at timestamptz,
    expires_at   timestamptz NOT NULL DEFAULT now() + interval '7 days',
    created_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX account_exports_expiry ON identity.account_exports (expires_at);
COMMENT ON TABLE identity.account_exports IS
'What POST /account/export asked for. Deleted seven days after it was completed, and when the account closes.';

CREATE TABLE identity.account_export_parts (
    account_id uuid NOT NULL REFERENCES identity.account_exports ON DELETE CASCADE,
    number     integer NOT NULL,
    content    text NOT NULL,
    PRIMARY KEY (account_id, number)
);
COMMENT ON TABLE identity.account_export_parts IS 'The file of an export: the contents in the order of their numbers.';

-- How long the audit is kept. Not a setting of the API: who may change settings could then delete the record of it.
CREATE TABLE audit.retention (
    singleton boolean PRIMARY KEY DEFAULT true CONSTRAINT retention_once CHECK (singleton),
    keep      interval NOT NULL DEFAULT '10 years'
        CONSTRAINT retention_too_short CHECK (keep >= '3 months'::interval)
);
INSERT INTO audit.retention DEFAULT VALUES;
COMMENT ON TABLE audit.retention IS
'The worker drops months of the audit that ended longer ago. A DBA changes it: UPDATE audit.retention SET keep = …';

-- E-mails, display names and names of products from before they were checked: composed (NFC), without invisible
-- characters and without blanks at their ends. An e-mail that would then be another account's stays as it is. One that
-- changes by more than its composition was reached by no mail, so it is not verified.
UPDATE identity.accounts AS a
SET email = n.email, email_verified = a.email_verified AND n.email = normalize(a.email), version = a.version + 1
FROM (
    SELECT DISTINCT ON (lower(c.email)) c.id, c.email
    FROM (
        SELECT o.id, regexp_replace(normalize(o.email),
            '[\u0001-\u0020\u007F-\u00A0\u00AD\u061C\u180E\u200B-\u200F\u2028-\u202F\u205F-\u206F\uFE00-\uFE0F\uFEFF]',
            '', 'g') AS email
        FROM identity.accounts AS o WHERE o.status <> 'closed'
    ) AS c
    ORDER BY lower(c.email), c.id
) AS n
WHERE n.id = a.id AND n.email <> a.email AND n.email ~ '^[^@]+@[^@]+$'
  AND NOT EXISTS (SELECT FROM identity.accounts AS e WHERE lower(e.email) = lower(n.email) AND e.id <> a.id);
UPDATE identity.accounts AS a
SET display_name = n.name, version = a.version + 1
FROM (
    SELECT o.id, nullif(trim(regexp_replace(regexp_replace(normalize(o.display_name),
        '[\u0001-\u0020\u007F-\u00A0\u2028\u2029]+', ' ', 'g'),
        '[\u00AD\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF]', '', 'g')), '') AS name
    FROM identity.accounts AS o WHERE o.display_name IS NOT NULL
) AS n
WHERE n.id = a.id AND n.name IS DISTINCT FROM a.display_name;
UPDATE catalog.products AS p
SET name = n.name, version = p.version + 1
FROM (
    SELECT o.id, trim(regexp_replace(regexp_replace(normalize(o.name),
        '[\u0001-\u0020\u007F-\u00A0\u2028\u2029]+', ' ', 'g'),
        '[\u00AD\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\uFEFF]', '', 'g')) AS name
    FROM catalog.products AS o WHERE o.deleted_at IS NULL
) AS n
WHERE n.id = p.id AND n.name <> p.name AND n.name <> '';
