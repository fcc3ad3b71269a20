-- depends: 0052.open_holds
-- When the owner of a session last proved who they are, and how long that counts for operations that need a proof.
ALTER TABLE identity.sessions ADD COLUMN confirmed_at timestamptz;    -- null: not since this column exists
ALTER TABLE sales.settings ADD COLUMN confirmation_time_to_live interval NOT NULL DEFAULT '10 minutes';
