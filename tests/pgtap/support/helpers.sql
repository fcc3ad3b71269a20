-- Helpers of the pgTAP tests: accounts by a short name, and calls as the log-in role of their audience.
--
--     SELECT tests.create_account('alice');
--     SELECT tests.create_product('lamp', price => 1000, stock => 5);
--     SELECT tests.authenticate_as('alice');        -- session_user is web_customer now, with Alice's token
--     SELECT api.create_order(...);
--     SELECT tests.clear_authentication();          -- the administrator again
--
-- What must be remembered between two statements has a name: tests.remember('order', ...), tests.recall('order').
CREATE SCHEMA tests;
GRANT USAGE ON SCHEMA tests TO PUBLIC;

CREATE FUNCTION tests.create_account(name text, role text DEFAULT 'customer') RETURNS uuid
LANGUAGE sql AS $$
    INSERT INTO identity.accounts (email, role)
    VALUES (create_account.name || '@pgtap.example', create_account.role)
    RETURNING id
$$;

-- Every later statement of the transaction runs as the web role of this account, with a valid token.
CREATE FUNCTION tests.authenticate_as(name text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    v_email CONSTANT text := authenticate_as.name || '@pgtap.example';
    v_role  text;
    v_token text;
    v_table text;
BEGIN
    PERFORM tests.clear_authentication();
    SELECT a.role INTO STRICT v_role FROM identity.accounts AS a WHERE a.email = v_email;
    v_token := identity.issue_local_token(v_role, v_email);
    -- pgTAP counts in temporary tables that plan() made as the administrator.
    FOR v_table IN
        SELECT c.oid::regclass::text FROM pg_class AS c
        WHERE c.relnamespace = pg_my_temp_schema() AND c.relkind IN ('r', 'S')
    LOOP
        EXECUTE format('GRANT ALL ON %s TO PUBLIC', v_table);
    END LOOP;
    PERFORM set_config('app.token', v_token, true),
            set_config('app.request_id', 'pgtap', true),
            set_config('session_authorization', 'web_' || v_role, true);
END $$;

CREATE FUNCTION tests.clear_authentication() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL SESSION AUTHORIZATION DEFAULT;
    PERFORM set_config('app.token', '', true);
END $$;

CREATE FUNCTION tests.remember(name text, value anyelement) RETURNS anyelement
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('tests.' || remember.name, remember.value::text, true);
    RETURN remember.value;
END $$;

CREATE FUNCTION tests.recall(name text) RETURNS uuid
LANGUAGE sql STABLE RETURN current_setting('tests.' || recall.name)::uuid;

-- A product of the merchant `merchant`, who is made when needed; remembered under its name.
CREATE FUNCTION tests.create_product(name text, price bigint, stock bigint) RETURNS uuid
LANGUAGE plpgsql AS $$
DECLARE
    v_product api.product;
BEGIN
    IF NOT EXISTS (SELECT FROM identity.accounts AS a WHERE a.email = 'merchant@pgtap.example') THEN
        PERFORM tests.create_account('merchant', 'merchant');
    END IF;
    PERFORM tests.authenticate_as('merchant');
    v_product := api.create_product(create_product.name, '', upper(create_product.name) || '-1',
                                    create_product.price, 'USD', create_product.stock);
    PERFORM tests.clear_authentication();
    RETURN tests.remember(create_product.name, v_product.id);
END $$;

CREATE FUNCTION tests.line(product text, quantity integer) RETURNS api.order_line
LANGUAGE sql STABLE RETURN ROW(tests.recall(product), quantity, NULL, NULL)::api.order_line;

-- What is left of a product: on hand less reserved.
CREATE FUNCTION tests.available(product text) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT s.on_hand - s.reserved FROM catalog.stock_levels AS s WHERE s.product_id = tests.recall(available.product)
$$;

-- An attempt of the signed-in customer to pay an order with the mock gateway; remembered as `payment`.
CREATE FUNCTION tests.begin_payment(order_name text) RETURNS uuid
LANGUAGE plpgsql AS $$
DECLARE
    v_answer api.payment_answer;
BEGIN
    v_answer := api.begin_payment(tests.recall(begin_payment.order_name), 'mock');
    RETURN tests.remember('payment', (v_answer.payment).id);
END $$;
