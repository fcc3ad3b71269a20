-- depends: 0037.disputes
-- Where an order's goods are, and what has to be sent at all.

-- What has no weight today is not sent by parcel.
ALTER TABLE catalog.products ADD COLUMN requires_shipping boolean NOT NULL DEFAULT true;
UPDATE catalog.products AS p SET requires_shipping = false
WHERE p.weight = 0
  AND NOT EXISTS (SELECT FROM catalog.bundle_items AS i JOIN catalog.products AS c ON c.id = i.product_id
                  WHERE i.bundle_id = p.id AND c.weight > 0);
-- As it was when it was sold. What was sold until now is still to be shipped, as promised: with or without a weight.
ALTER TABLE sales.order_items ADD COLUMN requires_shipping boolean NOT NULL DEFAULT true;

-- Most orders that are there are delivered: so nothing is written for them. 0039 says it of the others.
ALTER TABLE sales.orders ADD COLUMN fulfilment_status text NOT NULL DEFAULT 'delivered';
ALTER TABLE sales.orders ALTER COLUMN fulfilment_status SET DEFAULT 'unfulfilled';

-- An order of nothing that requires shipping.
INSERT INTO sales.order_transitions (from_status, to_status) VALUES ('paid', 'delivered');

-- From now on, and not from when db/sales and db/fulfilment are loaded, which have the living copies.
CREATE OR REPLACE FUNCTION sales.check_transition()
RETURNS trigger
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM sales.order_transitions AS t
                   WHERE t.from_status = OLD.status AND t.to_status = NEW.status) THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'order_transition_refused',
            MESSAGE = format('An order that is %s cannot become %s.', OLD.status, NEW.status);
    END IF;
    IF NEW.status = 'cancelled' THEN
        NEW.fulfilment_status := 'not_needed';
    ELSIF NEW.status IN ('shipped', 'delivered') AND OLD.fulfilment_status <> 'not_needed' THEN
        NEW.fulfilment_status := NEW.status;
    ELSIF OLD.status = 'cancelled'
          AND EXISTS (SELECT FROM sales.order_items AS i WHERE i.order_id = NEW.id AND i.requires_shipping) THEN
        NEW.fulfilment_status := 'unfulfilled';    -- an expired order that was paid after all
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION sales.owed_pieces(o sales.orders, i sales.order_items)
RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN o.paid_at IS NULL OR o.status = 'cancelled' OR NOT i.requires_shipping
         OR o.amount_refunded > 0 AND o.amount_refunded = o.amount_paid
         OR i.amount_refunded > 0 AND i.amount_refunded = i.total THEN 0
    ELSE greatest(0, i.quantity - i.quantity_shipped - i.quantity_withdrawn
                  - greatest(0, i.quantity_refunded - i.quantity_withdrawn - i.quantity_came_back))
END;
GRANT EXECUTE ON FUNCTION sales.owed_pieces TO store_api;

CREATE OR REPLACE FUNCTION fulfilment.fulfilment_status_of(o sales.orders)
RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_lines   record;
    v_parcels record;
    v_open    boolean;
BEGIN
    SELECT count(*) AS count, coalesce(sum(sales.owed_pieces(o, i)), 0) AS owed,
           coalesce(sum(i.quantity_shipped), 0) AS shipped, coalesce(sum(i.quantity_came_back), 0) AS came_back
    INTO STRICT v_lines
    FROM sales.order_items AS i WHERE i.order_id = o.id AND i.requires_shipping;
    IF o.status = 'cancelled' OR v_lines.count = 0 THEN
        RETURN 'not_needed';
    ELSIF o.status = 'pending' THEN
        RETURN 'unfulfilled';
    END IF;
    SELECT count(*) FILTER (WHERE s.status IN ('pending', 'label_created')) AS here,
           count(*) FILTER (WHERE s.status = 'in_transit') AS under_way,
           count(*) FILTER (WHERE s.status IN ('in_transit', 'delivered')) AS out,
           count(*) FILTER (WHERE s.status = 'returned') AS returned
    INTO STRICT v_parcels
    FROM fulfilment.shipments AS s WHERE s.order_id = o.id;
    v_open := v_lines.owed > 0 OR v_parcels.here > 0;
    RETURN CASE
        WHEN NOT v_open AND v_parcels.out > 0 AND v_lines.came_back >= v_lines.shipped THEN 'returned'
        WHEN o.status = 'delivered' THEN 'delivered'
        WHEN v_open AND v_parcels.out > 0 THEN 'partly_shipped'
        WHEN v_open THEN 'unfulfilled'
        WHEN v_parcels.under_way > 0 THEN 'shipped'
        WHEN v_parcels.out > 0 THEN 'delivered'
        WHEN v_parcels.returned > 0 THEN 'returned'
        ELSE 'not_needed'
    END;
END $$;
GRANT EXECUTE ON FUNCTION fulfilment.fulfilment_status_of TO store_api;
