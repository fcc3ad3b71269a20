-- Creates a guest and their session of 30 days. A guest has neither e-mail nor credentials: who loses the tokens has
-- lost the cart, but finds the orders by the links in their mails. There is no session yet, so the actor is cleared.
-- Callers:   api.create_guest.
-- Locks:     the counted guests of the client's network.
-- Errors:    guests_refused 403 (setting guest_orders), too_many_attempts 429 (more than 100 guests of a network within
--            15 minutes, 500 a day: whole offices and mobile networks share an address).
-- Definer:   writes accounts and sessions, which no caller may.
CREATE OR REPLACE FUNCTION identity.open_guest(
    client_address text, user_agent text,
    OUT account identity.accounts, OUT access_token text, OUT refresh_token text)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_network CONSTANT text := identity.client_network(open_guest.client_address);
    v_session uuid;
BEGIN
    PERFORM set_config('app.actor', '', true), set_config('app.audience', '', true),
    set_config('app.session', '', true);
    PERFORM identity.require_guests();
    IF v_network IS NOT NULL THEN
        PERFORM identity.count_attempt('guests:' || v_network, 100);
        PERFORM identity.count_attempt('guests a day:' || v_network, 500, interval '1 day');
    END IF;
    INSERT INTO identity.accounts (role) VALUES ('guest') RETURNING * INTO account;
    INSERT INTO identity.sessions (account_id, expires_at, ip_address, user_agent)
    VALUES (account.id, now() + interval '30 days', left(open_guest.client_address, 64),
            identity.clean_user_agent(open_guest.user_agent))
    RETURNING id INTO v_session;
    SELECT i.access_token, i.refresh_token INTO access_token, refresh_token FROM identity.issue_session(v_session) AS i;
END $$;

GRANT EXECUTE ON FUNCTION identity.open_guest TO store_api;
