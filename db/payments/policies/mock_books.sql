-- The test gateway's own books: only the gateway service writes them, and nothing changes them.
ALTER TABLE payments.mock_books ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS gateway_only ON payments.mock_books;
CREATE POLICY gateway_only ON payments.mock_books TO store_api
    USING (current_setting('app.audience', true) = 'gateway');

REVOKE ALL ON payments.mock_books FROM store_api;
GRANT SELECT ON payments.mock_books TO store_api;
GRANT INSERT (id, payment_id, kind, amount, currency, refund_id) ON payments.mock_books TO store_api;
