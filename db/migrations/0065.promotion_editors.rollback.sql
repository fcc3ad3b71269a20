ALTER TABLE sales.promotions DROP COLUMN edited_by;
