-- depends: 0063.api_keys
-- Card payments into a wallet cannot leave it at once: a deposit that is disputed later would be gone.
ALTER TABLE sales.settings
    ADD COLUMN deposit_hold interval NOT NULL DEFAULT '14 days'
        CONSTRAINT deposit_hold_out_of_range CHECK (deposit_hold BETWEEN '0' AND '365 days');
COMMENT ON COLUMN sales.settings.deposit_hold IS
    'How long a deposit through a gateway cannot be withdrawn; orders can be paid with it.';
COMMENT ON CONSTRAINT deposit_hold_out_of_range ON sales.settings IS 'deposit_hold must be between 0 and 365 days.';

-- What staff wrote about people who have left is erased too; an hour later, with the new code.
INSERT INTO messaging.outbox (kind, payload, run_at)
SELECT 'erase_account', jsonb_build_object('account_id', a.id), now() + interval '1 hour'
FROM identity.accounts AS a WHERE a.status = 'closed'
ORDER BY a.id;
