-- Adds to the demo shop (db/demo.sql) at least one row of every kind, each of which belongs to a person. Run once a
-- database, as superuser.
-- The attackers' and the victim's orders name no shipping method.
UPDATE sales.settings SET shipping_required = false;

DO $victims$
DECLARE
    v_alice    CONSTANT text := identity.issue_local_token('customer', 'alice@example.com');
    v_merchant CONSTANT text := identity.issue_local_token('merchant', 'merchant@example.com');
    v_support  CONSTANT text := identity.issue_local_token('support', 'support@example.com');
    v_admin    CONSTANT text := identity.issue_local_token('admin', 'admin@example.com');
    v_alice_id CONSTANT uuid := (SELECT id FROM identity.accounts WHERE email = 'alice@example.com');
    v_owner_id CONSTANT uuid := (SELECT id FROM identity.accounts WHERE email = 'merchant@example.com');
    v_paid     CONSTANT uuid := (SELECT id FROM sales.orders WHERE account_id = v_alice_id AND status = 'paid' LIMIT 1);
    v_product  uuid;
    v_import   uuid;
    v_bundle   uuid;
    v_payment  payments.payments;
    v_deposit  api.payment;
    v_order    api."order";
    v_row      record;
BEGIN
    -- The merchant: a product, webhooks with their secrets, deliveries and attempts, an import, a payout.
    PERFORM set_config('app.token', v_merchant, true);
    SELECT p.id INTO v_product FROM catalog.products AS p JOIN catalog.stock AS s ON s.product_id = p.id
    WHERE p.merchant_id = v_owner_id AND s.on_hand - s.reserved > 10 LIMIT 1;
    PERFORM api.create_webhook_endpoint('https://victim.example/hooks/7f3a-secret-path', description => 'victim hooks');
    INSERT INTO catalog.imports (merchant_id, columns, lines) VALUES (v_owner_id, '{name,sku}', 1)
    RETURNING id INTO v_import;
    INSERT INTO catalog.import_lines (import_id, line, sku, name) VALUES (v_import, 1, 'V-1', 'victim import');
    -- Of what has been delivered, the return window is over.
    UPDATE ledger.order_earnings SET available_from = now() WHERE available_from < 'infinity';
    PERFORM api.request_payout(100, 'USD');

    -- The shop: credit, limits, a gift card, exchange rates.
    PERFORM set_config('app.token', v_admin, true);
    PERFORM api.set_limits('USD', 100, 100000, 1000000, 100, 5000), api.set_exchange_rate('EUR', 0.92);
    PERFORM set_config('app.token', v_support, true);
    PERFORM api.issue_gift_card(2500, 'USD'), api.grant_credit(v_alice_id, 900, 'USD', 'victim goodwill');

    -- The customer: a wallet, a wish list, a bundle bought with a promotion, a stream, a key, mails.
    PERFORM set_config('app.token', v_alice, true);
    PERFORM api.add_wishlist_item(v_product), api.open_order_stream(v_paid);
    v_deposit := (api.begin_deposit(5000, 'USD', 'mock')).payment;
    PERFORM api.open_payment(v_deposit.id, 'mock_victim_reference', 'https://victim.example/checkout'),
            api.receive_gateway_event('mock', 'victim_deposit', 'completed', '{"payer": "victim-payer"}', v_deposit.id,
                                      amount => 5000, currency => 'USD');
    PERFORM set_config('app.token', v_alice, true);
    PERFORM api.set_bank_account('NL91 ABNA 0417 1643 00', 'Victim Alice', 'ABNANL2A');
    PERFORM api.request_withdrawal(1000, 'USD');
    SELECT b.id INTO v_bundle FROM catalog.products AS b WHERE b.kind = 'bundle' AND b.merchant_id = v_owner_id LIMIT 1;
    v_order := api.create_order(ARRAY[ROW(NULL, 1, v_bundle, NULL)::api.order_line], promo_code => 'WELCOME10');
    INSERT INTO messaging.idempotency_keys (scope, route, key, request_hash, answer)
    VALUES (v_alice_id::text, 'POST /v1/orders', 'victim-key', 'hash', '{"answer": "victim-answer"}');
    PERFORM identity.issue_mail_token(uuidv7(), 'password_reset', v_alice_id, 'alice@example.com', now());

    -- A dispute, an invoice and its page.
    SELECT p.* INTO v_payment FROM payments.payments AS p WHERE p.order_id = v_paid AND p.status = 'completed';
    PERFORM api.receive_gateway_event('mock', 'victim_dispute', 'dispute_opened', '{}', v_payment.id,
                                      case_reference => 'dp_victim', amount => 500, currency => 'USD',
                                      failure_code => 'fraudulent');
    FOR v_row IN
        SELECT j.payload ->> 'order_id' AS order_id FROM messaging.outbox AS j WHERE j.kind = 'issue_invoice'
    LOOP
        PERFORM api.issue_invoice(v_row.order_id::uuid);
    END LOOP;
    PERFORM api.store_invoice_pdf(i.id, 'JVBERi0xLjcgdmljdGlt') FROM billing.invoices AS i ORDER BY i.id LIMIT 1;
    PERFORM set_config('app.token', v_support, true);
    PERFORM api.lock_wallet((SELECT id FROM identity.accounts WHERE email = 'bob@example.com'), 'victim lock');
    PERFORM set_config('app.token', '', true), set_config('app.actor', '', true), set_config('app.audience', '', true);
END $victims$;

-- What the worker and the log-in leave behind, and rows of a provider elsewhere.
DO $victims$
DECLARE
    v_alice_id CONSTANT uuid := (SELECT id FROM identity.accounts WHERE email = 'alice@example.com');
    v_delivery uuid;
BEGIN
    INSERT INTO messaging.webhook_deliveries (endpoint_id, event_id, type, body)
    SELECT w.id, e.id, e.type, '{"victim": "body"}' FROM messaging.webhook_endpoints AS w, messaging.events AS e
    WHERE e.order_id IS NOT NULL LIMIT 1 RETURNING id INTO v_delivery;
    INSERT INTO messaging.webhook_attempts (delivery_id, duration_ms, status_code, answer)
    VALUES (v_delivery, 5, 200, 'victim answered');
    INSERT INTO identity.outside_issuers (issuer) VALUES ('https://issuer.example');
    INSERT INTO identity.outside_identities (issuer, subject, account_id)
    VALUES ('https://issuer.example', 'victim-subject', v_alice_id);
    PERFORM identity.issue_session(s.id) FROM identity.sessions AS s WHERE s.account_id = v_alice_id LIMIT 1;
    PERFORM audit.seal_changes();
END $victims$;
