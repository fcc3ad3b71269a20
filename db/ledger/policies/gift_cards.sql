-- Gift cards are visible to staff, who issue them. Only ledger.redeem_gift_card() finds a card by its code.
ALTER TABLE ledger.gift_cards ENABLE ROW LEVEL SECURITY;

DROP POLICY IF EXISTS staff_only ON ledger.gift_cards;
CREATE POLICY staff_only ON ledger.gift_cards TO store_api USING ((SELECT identity.is_staff()));

REVOKE ALL ON ledger.gift_cards FROM store_api;
GRANT SELECT (id, last_four, amount, currency, expires_at, issued_by, issued_transfer, redeemed_by, redeemed_at,
              redeemed_transfer, created_at, approved_by, rejected_at)
    ON ledger.gift_cards TO store_api;
GRANT INSERT (id, code_hash, last_four, amount, currency, expires_at, issued_by, issued_transfer)
    ON ledger.gift_cards TO store_api;

CREATE OR REPLACE TRIGGER audit_insert AFTER INSERT ON ledger.gift_cards
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('id', 'code_hash');
CREATE OR REPLACE TRIGGER audit_update AFTER UPDATE ON ledger.gift_cards
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT
    EXECUTE FUNCTION audit.record_change('id', 'code_hash');
