-- Refuses products, and bundles with their components, of merchants who may not sell: suspended, closed, or no longer
-- merchants. A suspension waits for orders that have passed this check, so none is placed after it is committed.
-- Callers:   sales.place_order, sales.change_lines, api.add_cart_item, api.update_cart_item, api.begin_payment.
-- Locks:     a shared advisory lock of each merchant (catalog.follow_seller takes it alone), in the order of their ids.
--            Call it before locking stock: a waiting suspension would otherwise deadlock two orders.
-- Errors:    product_not_for_sale 409.
CREATE OR REPLACE FUNCTION catalog.require_for_sale(product_ids uuid[])
RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_id uuid;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(uuid_hash_extended(m.merchant_id, 1))
    FROM (SELECT p.merchant_id FROM catalog.products AS p WHERE p.id = ANY (require_for_sale.product_ids)
          UNION
          SELECT p.merchant_id FROM catalog.bundle_items AS i JOIN catalog.products AS p ON p.id = i.product_id
          WHERE i.bundle_id = ANY (require_for_sale.product_ids)
          ORDER BY merchant_id) AS m;
    -- The table is nearly always empty. This statement sees what was committed while waiting for the locks.
    SELECT p.id INTO v_id
    FROM catalog.stopped_merchants AS s
    JOIN catalog.products AS p ON p.merchant_id = s.account_id
    WHERE p.deleted_at IS NULL    -- otherwise it is not found
      AND (p.id = ANY (require_for_sale.product_ids)
           OR EXISTS (SELECT FROM catalog.bundle_items AS i
                      WHERE i.product_id = p.id AND i.bundle_id = ANY (require_for_sale.product_ids)))
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH409', CONSTRAINT = 'product_not_for_sale',
            MESSAGE = 'This product is not for sale at present.', HINT = 'Remove it, or come back later.',
            DETAIL = json_build_object('product_id', v_id)::text;
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION catalog.require_for_sale TO store_api;
