-- depends: 0011.invoices
-- What leaves the shop and what comes back: shipments, carriers, returns; credit that is held until a carrier has taken the parcel.

CREATE SCHEMA fulfilment;
COMMENT ON SCHEMA fulfilment IS 'Shipments, their carriers, returns.';
GRANT USAGE ON SCHEMA fulfilment TO store_api;

-- --- the lines of an order ----------------------------------------------------------------------

-- Where the pieces of a line are. The constraints decide what two at once may do: more than there is cannot leave, nor come back.
ALTER TABLE sales.order_items
    ADD COLUMN quantity_shipped   integer NOT NULL DEFAULT 0,    -- in shipments, but for those that were cancelled, failed or returned
    ADD COLUMN quantity_withdrawn integer NOT NULL DEFAULT 0,    -- back in stock without having left: no longer owed
    ADD COLUMN quantity_returning integer NOT NULL DEFAULT 0,    -- in returns that are asked for or awaited
    ADD COLUMN quantity_came_back integer NOT NULL DEFAULT 0;    -- of those that had left: back with us, fit for the stock or not
UPDATE sales.order_items AS i
SET quantity_shipped   = CASE WHEN o.status IN ('shipped', 'delivered') THEN i.quantity ELSE 0 END,
    quantity_came_back = CASE WHEN o.status IN ('shipped', 'delivered') THEN i.quantity_returned ELSE 0 END,
    quantity_withdrawn = CASE WHEN o.status IN ('shipped', 'delivered') THEN 0 ELSE i.quantity_returned END
FROM sales.orders AS o
WHERE o.id = i.order_id AND (i.quantity_returned > 0 OR o.status IN ('shipped', 'delivered'));
ALTER TABLE sales.order_items
    ADD CONSTRAINT shipped_above_owed CHECK (
        quantity_shipped >= 0 AND quantity_withdrawn >= 0 AND quantity_shipped + quantity_withdrawn <= quantity),
    ADD CONSTRAINT returned_above_shipped CHECK (
        quantity_returning >= 0 AND quantity_came_back >= 0 AND quantity_returning + quantity_came_back <= quantity_shipped),
    ADD CONSTRAINT pieces_await_their_return CHECK (quantity_refunded + quantity_returning <= quantity);
COMMENT ON CONSTRAINT shipped_above_owed ON sales.order_items IS 'There are not as many pieces left to be shipped.';
COMMENT ON CONSTRAINT returned_above_shipped ON sales.order_items IS 'There are not as many pieces out that could come back.';
COMMENT ON CONSTRAINT pieces_await_their_return ON sales.order_items IS
    'These pieces are in a return that is not over: they are refunded when it is received.';

-- --- shipments ----------------------------------------------------------------------------------

-- Carriers that we can ask by their own interface: api/carriers has a module for each. Any other is a name on a shipment.
CREATE TABLE fulfilment.carriers (
    name    text PRIMARY KEY,
    enabled boolean NOT NULL DEFAULT true
);
INSERT INTO fulfilment.carriers (name) VALUES ('mock');

ALTER TABLE sales.settings
    -- Who pays a whole order with credit, and has it sent, pays when the carrier has taken the parcel.
    ADD COLUMN credit_held_until_booked boolean NOT NULL DEFAULT true,
    -- Asked then, unless the order's shipping method has its own. Null: none.
    ADD COLUMN booking_carrier text DEFAULT 'mock' REFERENCES fulfilment.carriers ON DELETE RESTRICT,
    ADD COLUMN booking_time_to_live interval NOT NULL DEFAULT '6 hours',    -- how long a carrier that does not answer is asked again
    ADD COLUMN return_window interval NOT NULL DEFAULT '30 days';           -- after the delivery
CREATE INDEX settings_booking_carrier ON sales.settings (booking_carrier);

-- It only goes on: news of a carrier in any order and number end in one state.
CREATE TABLE fulfilment.shipment_transitions (
    from_status text NOT NULL,
    to_status   text NOT NULL,
    PRIMARY KEY (from_status, to_status)
);
INSERT INTO fulfilment.shipment_transitions (from_status, to_status) VALUES
    ('pending', 'label_created'), ('pending', 'in_transit'), ('pending', 'delivered'), ('pending', 'failed'), ('pending', 'cancelled'),
    ('label_created', 'in_transit'), ('label_created', 'delivered'), ('label_created', 'failed'), ('label_created', 'cancelled'),
    ('in_transit', 'delivered'), ('in_transit', 'failed'), ('in_transit', 'returned');

CREATE TABLE fulfilment.shipments (
    id                uuid PRIMARY KEY DEFAULT uuidv7(),     -- what a carrier is asked with: asked twice, it is one parcel
    order_id          uuid NOT NULL REFERENCES sales.orders ON DELETE RESTRICT,
    account_id        uuid NOT NULL,                         -- the order's: a policy needs no join
    payment_id        uuid REFERENCES payments.payments ON DELETE RESTRICT,    -- credit that is held until this is booked
    status            text NOT NULL DEFAULT 'pending'
                      CONSTRAINT shipment_status_unknown
                      CHECK (status IN ('pending', 'label_created', 'in_transit', 'delivered', 'failed', 'cancelled', 'returned')),
    carrier           text,
    asks_carrier      boolean NOT NULL,                      -- booked by the carrier's interface; else somebody took it there
    booking_reference text,                                  -- the carrier's own name for it
    tracking_number   text,
    tracking_url      text,
    failure_code      text,
    address           jsonb,                                 -- as it was: another address for the order does not turn a parcel around
    book_until        timestamptz,                           -- a carrier that does not answer is not asked after that
    check_at          timestamptz,                           -- when the carrier is asked where it is; null: nobody to ask
    booked_at         timestamptz,
    shipped_at        timestamptz,
    delivered_at      timestamptz,
    requested_by      uuid,                                  -- null: the shop itself
    version           bigint NOT NULL DEFAULT 1,
    created_at        timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT shipment_carrier_missing CHECK (carrier IS NOT NULL OR NOT asks_carrier)
);
CREATE INDEX shipments_order ON fulfilment.shipments (order_id, id);
CREATE INDEX shipments_account ON fulfilment.shipments (account_id, id DESC);
CREATE INDEX shipments_payment ON fulfilment.shipments (payment_id);
CREATE INDEX shipments_to_check ON fulfilment.shipments (check_at) WHERE status IN ('label_created', 'in_transit');
CREATE UNIQUE INDEX order_booked_twice ON fulfilment.shipments (order_id) WHERE payment_id IS NOT NULL AND status = 'pending';
COMMENT ON INDEX fulfilment.order_booked_twice IS 'A carrier is being asked for this order already, and its price is held.';

CREATE TABLE fulfilment.shipment_items (
    shipment_id   uuid NOT NULL REFERENCES fulfilment.shipments ON DELETE RESTRICT,
    order_item_id uuid NOT NULL CONSTRAINT order_item_in_shipment REFERENCES sales.order_items ON DELETE RESTRICT,
    account_id    uuid NOT NULL,
    quantity      integer NOT NULL CONSTRAINT quantity_out_of_range CHECK (quantity BETWEEN 1 AND 10000),
    CONSTRAINT line_twice_in_shipment PRIMARY KEY (shipment_id, order_item_id)
);
CREATE INDEX shipment_items_line ON fulfilment.shipment_items (order_item_id);
COMMENT ON CONSTRAINT order_item_in_shipment ON fulfilment.shipment_items IS 'This line is in a shipment already.';
COMMENT ON CONSTRAINT line_twice_in_shipment ON fulfilment.shipment_items IS 'A line is in this shipment twice.';

-- What was shipped before there were shipments.
INSERT INTO fulfilment.shipments (order_id, account_id, status, asks_carrier, address, shipped_at, delivered_at, created_at)
SELECT o.id, o.account_id, CASE o.status WHEN 'delivered' THEN 'delivered' ELSE 'in_transit' END, false, o.shipping_address,
       coalesce(e.shipped_at, now()), CASE o.status WHEN 'delivered' THEN coalesce(e.delivered_at, now()) END, coalesce(e.shipped_at, now())
FROM sales.orders AS o
CROSS JOIN LATERAL (
    SELECT max(m.created_at) FILTER (WHERE m.type = 'order.shipped') AS shipped_at,
           max(m.created_at) FILTER (WHERE m.type = 'order.delivered') AS delivered_at
    FROM messaging.events AS m WHERE m.order_id = o.id AND m.type IN ('order.shipped', 'order.delivered')
) AS e
WHERE o.status IN ('shipped', 'delivered')
ORDER BY o.id;
INSERT INTO fulfilment.shipment_items (shipment_id, order_item_id, account_id, quantity)
SELECT s.id, i.id, i.account_id, i.quantity FROM fulfilment.shipments AS s JOIN sales.order_items AS i ON i.order_id = s.order_id;

-- --- credit that is held ------------------------------------------------------------------------

ALTER TABLE payments.payments
    ADD COLUMN hold_id uuid REFERENCES ledger.transfers ON DELETE RESTRICT,    -- the payer's credit, until the carrier has taken the parcel
    ADD CONSTRAINT payment_waits_for_carrier CHECK (hold_id IS NULL OR capture_amount IS NULL);
CREATE UNIQUE INDEX payment_hold_twice ON payments.payments (hold_id) WHERE hold_id IS NOT NULL;
COMMENT ON CONSTRAINT payment_waits_for_carrier ON payments.payments IS 'This credit is taken when the carrier has taken the parcel, not by hand.';

-- What only holds is not the booking: a payment that was held is booked when its hold is posted.
DROP INDEX ledger.transfer_booked_twice;
CREATE UNIQUE INDEX transfer_booked_twice ON ledger.transfers (kind, payment_id)
    WHERE kind IN ('payment', 'unapplied', 'deposit') AND phase IN ('posted', 'post');

-- --- returns ------------------------------------------------------------------------------------

CREATE TABLE fulfilment.return_transitions (
    from_status text NOT NULL,
    to_status   text NOT NULL,
    PRIMARY KEY (from_status, to_status)
);
INSERT INTO fulfilment.return_transitions (from_status, to_status) VALUES
    ('requested', 'approved'), ('requested', 'rejected'), ('approved', 'rejected'), ('approved', 'received'), ('received', 'refunded');

CREATE TABLE fulfilment.returns (
    id               uuid PRIMARY KEY DEFAULT uuidv7(),
    order_id         uuid NOT NULL REFERENCES sales.orders ON DELETE RESTRICT,
    account_id       uuid NOT NULL,
    status           text NOT NULL DEFAULT 'requested'
                     CONSTRAINT return_status_unknown CHECK (status IN ('requested', 'approved', 'rejected', 'received', 'refunded')),
    reason           text NOT NULL,
    rejection_reason text,
    amount           bigint NOT NULL DEFAULT 0 CONSTRAINT return_amount_below_zero CHECK (amount >= 0),    -- what goes back for what came
    decided_by       uuid,
    received_at      timestamptz,
    refunded_at      timestamptz,
    version          bigint NOT NULL DEFAULT 1,
    created_at       timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX returns_order ON fulfilment.returns (order_id, id);
CREATE INDEX returns_account ON fulfilment.returns (account_id, id DESC);
CREATE INDEX returns_status ON fulfilment.returns (status, id DESC);

CREATE TABLE fulfilment.return_items (
    return_id          uuid NOT NULL REFERENCES fulfilment.returns ON DELETE RESTRICT,
    order_item_id      uuid NOT NULL REFERENCES sales.order_items ON DELETE RESTRICT,
    account_id         uuid NOT NULL,
    quantity           integer NOT NULL CONSTRAINT quantity_out_of_range CHECK (quantity BETWEEN 1 AND 10000),
    quantity_received  integer,    -- null: not yet
    quantity_restocked integer,
    CONSTRAINT line_twice_in_return PRIMARY KEY (return_id, order_item_id),
    CONSTRAINT received_above_announced CHECK (quantity_received BETWEEN 0 AND quantity AND quantity_restocked BETWEEN 0 AND quantity_received)
);
CREATE INDEX return_items_line ON fulfilment.return_items (order_item_id);
COMMENT ON CONSTRAINT line_twice_in_return ON fulfilment.return_items IS 'A line is in this return twice.';
COMMENT ON CONSTRAINT received_above_announced ON fulfilment.return_items IS 'More pieces cannot be received than the return announced.';

-- Its money goes back by the payments that brought it; a refund that failed is followed by the one that retries it.
CREATE TABLE fulfilment.return_refunds (
    refund_id  uuid PRIMARY KEY REFERENCES payments.refunds ON DELETE RESTRICT,
    return_id  uuid NOT NULL REFERENCES fulfilment.returns ON DELETE RESTRICT,
    account_id uuid NOT NULL
);
CREATE INDEX return_refunds_return ON fulfilment.return_refunds (return_id);
