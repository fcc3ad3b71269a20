-- depends: 0085.import_base
-- What a front end stores with orders and lines, what staff note about orders, and numbers of orders that rise.
ALTER TABLE sales.orders ADD COLUMN metadata jsonb NOT NULL DEFAULT '{}';
ALTER TABLE sales.order_items ADD COLUMN metadata jsonb NOT NULL DEFAULT '{}';

-- Each connection took twenty numbers at a time, so that later orders had smaller numbers. Taking them one by one costs
-- about a microsecond. A connection that still has numbers of its twenty uses them first.
ALTER TABLE sales.orders ALTER COLUMN number SET CACHE 1;

CREATE TABLE sales.order_notes (
    id         uuid PRIMARY KEY DEFAULT uuidv7(),
    order_id   uuid NOT NULL REFERENCES sales.orders ON DELETE RESTRICT,
    author_id  uuid NOT NULL,
    text       text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX order_notes_order ON sales.order_notes (order_id, id DESC);
