-- Finds the ledger account of a kind, currency and provider or owner, or creates it. Wallet and credit accounts keep a
-- balance that cannot go below zero. Earnings keep theirs in parts, and may go below zero: a refund can come after the
-- payout. The platform's accounts are written by every sale, so they keep no balance: it is summed when needed.
-- Callers:   the routines that post or hold transfers, sales.list_shares, sales.return_shares, api.begin_deposit.
-- Locks:     none until the end of the transaction, unless the account is created.
-- Errors:    busy 503.
-- Definer:   no customer owns the platform's accounts, and no other code may write to the ledger.
CREATE OR REPLACE FUNCTION ledger.open_account(
    kind text, currency text, provider text DEFAULT NULL, owner_id uuid DEFAULT NULL
)
RETURNS uuid
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_balance CONSTANT bigint := CASE WHEN open_account.kind IN ('wallet', 'credit') THEN 0 END;
    v_id      uuid;
BEGIN
    FOR attempt IN 1 .. 2 LOOP
        -- Two queries, because IS NOT DISTINCT FROM uses no index.
        IF open_account.owner_id IS NULL THEN
            SELECT a.id INTO v_id FROM ledger.accounts AS a
            WHERE a.owner_id IS NULL AND a.kind = open_account.kind AND a.currency = open_account.currency
              AND coalesce(a.provider, '') = coalesce(open_account.provider, '');
        ELSE
            SELECT a.id INTO v_id FROM ledger.accounts AS a
            WHERE a.owner_id = open_account.owner_id
              AND a.kind = open_account.kind
              AND a.currency = open_account.currency
              AND coalesce(a.provider, '') = coalesce(open_account.provider, '');
        END IF;
        IF v_id IS NOT NULL THEN
            RETURN v_id;
        END IF;
        INSERT INTO ledger.accounts AS a (owner_id, kind, provider, currency, balance, floor)
        VALUES (open_account.owner_id, open_account.kind, open_account.provider, open_account.currency, v_balance,
                v_balance)
        ON CONFLICT ON CONSTRAINT ledger_account_twice DO NOTHING
        RETURNING a.id INTO v_id;
        IF v_id IS NOT NULL THEN
            RETURN v_id;
        END IF;
    END LOOP;
    RAISE EXCEPTION USING ERRCODE = 'SH503', CONSTRAINT = 'busy',
        MESSAGE = 'Another request was creating this account. Try again.';
END $$;

GRANT EXECUTE ON FUNCTION ledger.open_account TO store_api;
