-- depends: 0064.deposit_hold
-- Whoever widens a promotion can no more use it than whoever created it.
ALTER TABLE sales.promotions ADD COLUMN edited_by uuid[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN sales.promotions.edited_by IS 'The members of staff who changed it.';
