ALTER TABLE sales.settings DROP COLUMN confirmation_time_to_live;
ALTER TABLE identity.sessions DROP COLUMN confirmed_at;
