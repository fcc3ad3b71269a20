DROP TABLE sales.order_holds;
ALTER TABLE sales.orders DROP COLUMN hold_reason;
ALTER TABLE payments.payments DROP COLUMN risk_level, DROP COLUMN risk_reason;
