ALTER TABLE sales.settings DROP COLUMN deposit_hold;
