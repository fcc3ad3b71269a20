-- depends: 0049.risk_index
-- Gateways' fees in the reports, and requires_shipping in imports of products.

-- A view of its own beside report.daily_revenue: that one stays readable while this migration is deployed. Fees are
-- few and found by the index of their account.
CREATE MATERIALIZED VIEW report.daily_fees AS
SELECT (f.created_at AT TIME ZONE 'UTC')::date AS day, f.currency, sum(f.amount)::bigint AS fees
FROM (
    SELECT t.created_at, t.currency, t.amount
    FROM ledger.accounts AS a JOIN ledger.transfers AS t ON t.debit_account = a.id
    WHERE a.kind = 'fees' AND t.phase IN ('posted', 'post')
    UNION ALL
    SELECT t.created_at, t.currency, -t.amount
    FROM ledger.accounts AS a JOIN ledger.transfers AS t ON t.credit_account = a.id
    WHERE a.kind = 'fees' AND t.phase IN ('posted', 'post')
) AS f
GROUP BY 1, 2;
-- squawk-ignore require-concurrent-index-creation -- the view is new, so nothing waits for it
CREATE UNIQUE INDEX daily_fees_key ON report.daily_fees (day, currency);    -- for REFRESH … CONCURRENTLY
COMMENT ON MATERIALIZED VIEW report.daily_fees IS
    'By day (UTC) and currency, in minor units: what gateways kept as fees, minus fees they gave back, as booked.';
INSERT INTO report.refreshes (name) VALUES ('daily_fees');

ALTER TABLE catalog.import_lines ADD COLUMN requires_shipping text;

-- Sentences that clients read when a constraint refuses something, in plainer words.
COMMENT ON CONSTRAINT rate_of_itself ON report.exchange_rates IS 'The reporting currency has no exchange rate.';
COMMENT ON CONSTRAINT rate_out_of_range ON report.exchange_rates IS
    'An exchange rate must be between 0.000000001 and 1,000,000,000.';
COMMENT ON CONSTRAINT low_stock_out_of_range ON report.settings IS 'low_stock must be between 0 and 1,000,000 pieces.';
COMMENT ON CONSTRAINT refresh_interval_out_of_range ON report.settings IS
    'The refresh interval must be between 5 seconds and one day.';
COMMENT ON CONSTRAINT payout_delay_out_of_range ON sales.settings IS 'The payout delay must be at most one year.';
COMMENT ON CONSTRAINT quantity_out_of_range ON sales.cart_items IS 'A line must have 1 to 10,000 pieces.';
COMMENT ON CONSTRAINT promo_used_up ON sales.promotions IS 'This promotion has reached its limit of uses.';
COMMENT ON CONSTRAINT promotion_kind_incomplete ON sales.promotions IS
    'Send basis_points for a percentage, amount for a fixed promotion.';
COMMENT ON CONSTRAINT approval_by_requester ON ledger.credit_changes IS
    'You cannot approve your own request. Ask a colleague.';
COMMENT ON CONSTRAINT seller_changed_meanwhile ON billing.sellers IS
    'The seller has changed since you read it. Read it again, then repeat your change.';
COMMENT ON CONSTRAINT line_returned_twice ON sales.order_item_components IS
    'These pieces have already been restocked.';
COMMENT ON CONSTRAINT backup_kind_malformed ON monitor.backups IS
    'The kind of a backup must be a word such as full, incremental or restore_drill.';
COMMENT ON INDEX messaging.webhook_secret_current IS 'Another request is replacing the secret. Try again.';
COMMENT ON INDEX ledger.transfer_ended_twice IS 'This transfer has already been posted or voided.';
COMMENT ON INDEX fulfilment.order_booked_twice IS
    'A carrier is booking a parcel of this order already, and its price is held.';
COMMENT ON INDEX identity.signing_key_twice IS 'Only one key can sign at a time.';
