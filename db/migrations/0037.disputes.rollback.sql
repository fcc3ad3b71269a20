ALTER TABLE ledger.accounts DROP CONSTRAINT ledger_kind_unknown,
    ADD CONSTRAINT ledger_kind_unknown CHECK (kind IN (
        'clearing', 'sales', 'unapplied', 'wallet', 'credit', 'earnings', 'commission', 'payout', 'gift_cards',
        'grants', 'disputes')) NOT VALID;
ALTER TABLE payments.disputes DROP CONSTRAINT dispute_status_unknown;
UPDATE payments.disputes AS d SET status = CASE
    WHEN d.status IN ('won', 'lost') THEN d.status
    WHEN d.status IN ('prevented', 'warning_closed') THEN 'won'
    ELSE 'open' END;
ALTER TABLE payments.disputes ADD CONSTRAINT dispute_status_unknown CHECK (status IN ('open', 'won', 'lost'));
ALTER TABLE payments.dispute_holds DROP COLUMN account_id, DROP COLUMN amount;
DROP TABLE payments.dispute_movements;
DROP INDEX payments.disputes_without_payment;
DELETE FROM payments.disputes AS d WHERE d.payment_id IS NULL;
ALTER TABLE payments.disputes
    DROP COLUMN charge_reference, DROP COLUMN currency, DROP COLUMN reported_at, DROP COLUMN loss,
    ALTER COLUMN payment_id SET NOT NULL;
