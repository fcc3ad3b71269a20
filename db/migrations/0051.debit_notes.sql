-- depends: 0050.fees_reported
-- Debit notes, which cancel a credit note; what gateways keep and pay out beside payments.

-- A number was computed from kind, year and sequence. Another expression would rewrite the table, so it is written by
-- billing.number_of(), and checked. Only billing's own functions insert here, and they are deployed with this.
-- squawk-ignore ban-drop-generated-expression
ALTER TABLE billing.invoices ALTER COLUMN number DROP EXPRESSION;
-- Each constraint is replaced by one that allows more.
ALTER TABLE billing.invoices
    -- squawk-ignore ban-drop-constraint
    DROP CONSTRAINT invoice_kind_unknown,
    ADD CONSTRAINT invoice_kind_unknown CHECK (kind IN ('invoice', 'credit_note', 'debit_note')) NOT VALID,
    ADD CONSTRAINT invoice_number_malformed CHECK (
        number = CASE kind WHEN 'invoice' THEN 'INV-' WHEN 'credit_note' THEN 'CN-' ELSE 'DN-' END || year || '-'
                 || lpad(sequence::text, greatest(6, length(sequence::text)), '0')) NOT VALID,
    -- invoice_id: which invoice a credit note corrects, which credit note a debit note cancels
    -- squawk-ignore ban-drop-constraint
    DROP CONSTRAINT credit_note_corrects_an_invoice,
    ADD CONSTRAINT credit_note_corrects_an_invoice CHECK ((kind = 'credit_note') = (refund_id IS NOT NULL)
                                                          AND (kind = 'invoice') = (invoice_id IS NULL)) NOT VALID;
-- No debit note exists yet, so the index is empty and built at once.
-- squawk-ignore require-concurrent-index-creation
CREATE UNIQUE INDEX credit_note_cancelled_twice ON billing.invoices (invoice_id) WHERE kind = 'debit_note';

-- Disputes that were lost and won back before there were debit notes, and what relied on the credit notes of those.
INSERT INTO messaging.outbox (kind, payload)
SELECT 'issue_debit_note', jsonb_build_object('refund_id', r.id)
FROM payments.refunds AS r JOIN sales.orders AS o ON o.id = r.order_id
WHERE r.reason = 'dispute_lost' AND r.status = 'failed' AND r.completed_at IS NOT NULL AND r.from_order > 0
  AND o.paid_at IS NOT NULL
ORDER BY r.id;
INSERT INTO messaging.outbox (kind, payload)
SELECT 'issue_credit_note', jsonb_build_object('refund_id', r.id)
FROM payments.refunds AS r
JOIN payments.refunds AS b ON b.id = r.retry_of
JOIN sales.orders AS o ON o.id = r.order_id
WHERE b.reason = 'dispute_lost' AND b.status = 'failed' AND r.completed_at IS NOT NULL AND r.from_order > 0
  AND NOT (r.reason = 'dispute_lost' AND r.status = 'failed') AND o.paid_at IS NOT NULL
ORDER BY r.id;

-- What a gateway keeps and pays out beside payments is booked once an entry.
ALTER TABLE payments.gateway_movements
    ADD COLUMN booked boolean NOT NULL DEFAULT false,
    -- squawk-ignore ban-drop-constraint
    DROP CONSTRAINT movement_kind_unknown,
    ADD CONSTRAINT movement_kind_unknown
        CHECK (kind IN ('captured', 'refunded', 'disputed', 'fee', 'payout', 'reserve', 'other')) NOT VALID;
ALTER TABLE payments.reconciliation_differences
    -- squawk-ignore ban-drop-constraint
    DROP CONSTRAINT difference_kind_unknown,
    ADD CONSTRAINT difference_kind_unknown
        CHECK (kind IN ('captured', 'refunded', 'disputed', 'fee', 'unknown_payment', 'unknown_event',
                        'unknown_movement')) NOT VALID;
-- bank: what gateways have paid out to the shop's own bank account.
ALTER TABLE ledger.accounts
    -- squawk-ignore ban-drop-constraint
    DROP CONSTRAINT ledger_kind_unknown,
    ADD CONSTRAINT ledger_kind_unknown
        CHECK (kind IN ('clearing', 'sales', 'unapplied', 'wallet', 'credit', 'earnings', 'commission', 'payout',
                        'gift_cards', 'grants', 'disputes', 'fees', 'bank')) NOT VALID;
