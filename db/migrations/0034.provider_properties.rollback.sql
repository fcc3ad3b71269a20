ALTER TABLE fulfilment.carriers DROP COLUMN test_only;
ALTER TABLE payments.providers
    DROP CONSTRAINT internal_provider_has_source,
    DROP COLUMN source_account,
    DROP COLUMN test_only,
    DROP COLUMN takes_deposits,
    DROP COLUMN manual_capture,
    DROP COLUMN title;
