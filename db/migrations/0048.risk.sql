-- depends: 0047.refunds_owed_validated
-- What gateways say about the risk of a payment, and orders that are not shipped until a person has looked at them.
ALTER TABLE payments.payments
    ADD COLUMN risk_level text,     -- null: the gateway has said nothing
    ADD COLUMN risk_reason text;    -- the gateway's word, or what became of its review: review_opened, review_approved …

ALTER TABLE sales.orders ADD COLUMN hold_reason text;    -- of the hold in force (sales.follow_holds); null: none

-- An order may be held for several reasons at a time; it is released when none is left. A hold by a gateway is in force
-- once its payment has paid for the order, and is made once: its row stays when it is released.
CREATE TABLE sales.order_holds (
    id             uuid PRIMARY KEY DEFAULT uuidv7(),
    order_id       uuid NOT NULL REFERENCES sales.orders ON DELETE RESTRICT,
    payment_id     uuid REFERENCES payments.payments ON DELETE RESTRICT,    -- null: support made it
    cause          text NOT NULL
                   CONSTRAINT hold_cause_unknown CHECK (cause IN ('support', 'risk', 'review')),
    case_reference text NOT NULL DEFAULT '',    -- the review's id at the gateway
    reason         text NOT NULL,
    held_by        uuid,                        -- null: a gateway
    released_at    timestamptz,
    released_by    uuid,
    release_reason text,
    created_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT hold_has_its_payment CHECK ((cause = 'support') = (payment_id IS NULL)),
    CONSTRAINT order_held_twice UNIQUE (payment_id, cause, case_reference)
);
CREATE INDEX order_holds_order ON sales.order_holds (order_id);
