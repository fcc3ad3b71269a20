-- Erases the personal data of a closed account, and what staff wrote about its owner outside of the books. What the law
-- requires is kept: invoices with name and address as they were issued, the ledger and the reasons of its bookings,
-- orders under the account's id, the gateways' data about payments. The addresses of orders and parcels keep their
-- country. db/docs/security.md says what is kept and why. Can be repeated.
-- Callers:   close_account; the worker (api.erase_account), a minute later for the data that a concurrent request left
--            behind, and after the release of an order that was on hold.
-- Locks:     orders (those that are cancelled, with their stock and payments), the account.
-- Definer:   writes everywhere.
CREATE OR REPLACE FUNCTION identity.erase_account(account_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_order_id uuid;
BEGIN
    IF NOT EXISTS (SELECT FROM identity.accounts AS a
                   WHERE a.id = erase_account.account_id AND a.status = 'closed') THEN
        RETURN;
    END IF;
    -- An order that was created while the account was being closed will never be paid.
    FOR v_order_id IN
        SELECT o.id
        FROM sales.orders AS o
        WHERE o.account_id = erase_account.account_id AND o.status = 'pending'
        ORDER BY o.id
    LOOP
        PERFORM sales.cancel_order(v_order_id, 'account_closed');
    END LOOP;
    UPDATE sales.orders AS o
    SET shipping_address = CASE WHEN o.shipping_address ? 'country' THEN jsonb_build_object(
        'country', o.shipping_address -> 'country'
    ) END,
        buyer_tax_id = NULL, buyer_reference = NULL, metadata = '{}',
        version = o.version + 1
    WHERE o.account_id = erase_account.account_id
      AND (o.status IN ('delivered', 'cancelled') OR o.fulfilment_status IN ('not_needed', 'returned'))
      AND (o.shipping_address - 'country' <> '{}' OR o.metadata <> '{}'
           OR num_nonnulls(o.buyer_tax_id, o.buyer_reference) > 0);
    UPDATE sales.order_items AS i SET metadata = '{}'
    FROM sales.orders AS o
    WHERE i.account_id = erase_account.account_id AND o.id = i.order_id AND i.metadata <> '{}'
      AND (o.status IN ('delivered', 'cancelled') OR o.fulfilment_status IN ('not_needed', 'returned'));
    UPDATE sales.order_notes AS n SET text = '[erased]'
    FROM sales.orders AS o
    WHERE o.account_id = erase_account.account_id AND n.order_id = o.id AND n.text <> '[erased]'
      AND (o.status IN ('delivered', 'cancelled') OR o.fulfilment_status IN ('not_needed', 'returned'));
    UPDATE fulfilment.shipments AS s
    SET address = CASE WHEN s.address ? 'country' THEN jsonb_build_object('country', s.address -> 'country') END,
        tracking_number = NULL, tracking_url = NULL, version = s.version + 1
    FROM sales.orders AS o
    WHERE s.account_id = erase_account.account_id AND o.id = s.order_id
      AND (o.status IN ('delivered', 'cancelled') OR o.fulfilment_status IN ('not_needed', 'returned'))
      AND (s.address - 'country' <> '{}' OR num_nonnulls(s.tracking_number, s.tracking_url) > 0);
    UPDATE fulfilment.returns AS r
    SET reason = '[erased]', rejection_reason = CASE WHEN r.rejection_reason IS NOT NULL THEN '[erased]' END,
        version = r.version + 1
    WHERE r.account_id = erase_account.account_id AND r.status IN ('rejected', 'refunded')
      AND (r.reason <> '[erased]' OR r.rejection_reason <> '[erased]');
    -- Codes of our own stay: they name nobody, and payments that arrive late look at them.
    UPDATE sales.orders AS o SET cancel_reason = '[erased]', version = o.version + 1
    WHERE o.account_id = erase_account.account_id AND o.status = 'cancelled'
      AND o.cancel_reason NOT IN ('customer', 'customer service', 'expired', 'account_closed', 'carrier_failed',
                                  'refunded', '[erased]');
    -- A hold in force is a claim that is not settled: its reason stays until it is released.
    UPDATE sales.order_holds AS h
    SET reason = CASE h.cause WHEN 'support' THEN '[erased]' ELSE h.reason END,
        release_reason = CASE WHEN h.released_by IS NOT NULL THEN '[erased]' ELSE h.release_reason END
    FROM sales.orders AS o
    WHERE o.account_id = erase_account.account_id AND h.order_id = o.id AND h.released_at IS NOT NULL
      AND (h.cause = 'support' AND h.reason <> '[erased]'
           OR h.released_by IS NOT NULL AND h.release_reason <> '[erased]');
    -- The wallet is empty, or the account would not be closed.
    UPDATE ledger.wallet_locks AS l SET reason = '[erased]'
    WHERE l.account_id = erase_account.account_id AND l.reason <> '[erased]';

    UPDATE identity.accounts AS a
    SET email = NULL, pending_email = NULL, handle = NULL, display_name = NULL, tax_id = NULL,
        language = NULL,
        email_verified = false, last_login_at = NULL, version = a.version + 1
    WHERE a.id = erase_account.account_id
      AND num_nonnulls(a.email, a.pending_email, a.handle, a.display_name, a.tax_id, a.language, a.last_login_at) > 0;
    UPDATE identity.sessions AS s
    SET revoked_at = coalesce(s.revoked_at, now()), ip_address = NULL, user_agent = NULL
    WHERE s.account_id = erase_account.account_id
      AND (s.revoked_at IS NULL OR num_nonnulls(s.ip_address, s.user_agent) > 0);
    DELETE FROM identity.email_changes AS c WHERE c.account_id = erase_account.account_id;
    DELETE FROM identity.passwords AS p WHERE p.account_id = erase_account.account_id;
    DELETE FROM identity.second_factors AS f WHERE f.account_id = erase_account.account_id;
    DELETE FROM identity.known_devices AS k WHERE k.account_id = erase_account.account_id;
    DELETE FROM identity.api_keys AS k WHERE k.account_id = erase_account.account_id;
    DELETE FROM identity.mail_tokens AS t WHERE t.account_id = erase_account.account_id;
    DELETE FROM identity.outside_identities AS i WHERE i.account_id = erase_account.account_id;
    DELETE FROM identity.account_exports AS e WHERE e.account_id = erase_account.account_id;
    DELETE FROM identity.tax_id_checks AS c WHERE c.account_id = erase_account.account_id;
    DELETE FROM identity.addresses AS a WHERE a.account_id = erase_account.account_id;
    UPDATE payments.bank_accounts AS b
    SET iban = NULL, bic = NULL, holder = NULL
    WHERE b.account_id = erase_account.account_id AND num_nonnulls(b.iban, b.bic, b.holder) > 0;
    DELETE FROM sales.carts AS c WHERE c.account_id = erase_account.account_id;
    DELETE FROM messaging.idempotency_keys AS k WHERE k.scope = erase_account.account_id::text;
    DELETE FROM messaging.webhook_endpoints AS w WHERE w.account_id = erase_account.account_id;
    UPDATE catalog.products AS p SET deleted_at = now(), version = p.version + 1
    WHERE p.merchant_id = erase_account.account_id AND p.deleted_at IS NULL;
    -- Last, because the changes above have written old values to the audit too.
    PERFORM audit.erase_person(erase_account.account_id);
END $$;

GRANT EXECUTE ON FUNCTION identity.erase_account TO store_api;
