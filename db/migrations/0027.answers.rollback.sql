ALTER TABLE messaging.idempotency_keys RESET (toast_tuple_target);
ALTER TABLE messaging.idempotency_keys ALTER COLUMN answer SET STORAGE EXTENDED;
