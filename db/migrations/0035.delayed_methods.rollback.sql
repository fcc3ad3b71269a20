DELETE FROM sales.order_transitions WHERE (from_status, to_status) = ('cancelled', 'pending');
ALTER TABLE sales.settings DROP COLUMN delayed_payment_time_to_live;
DELETE FROM payments.payment_transitions WHERE 'processing' IN (from_status, to_status);
