-- Makes the security events of a closed account say less: addresses are shortened to their network, User-Agents
-- removed. What happened and when stays until the retention ends, under an id that no longer leads to a person: an
-- attacker cannot remove the traces of an account by closing it.
-- Callers:   audit.erase_person.
-- Locks:     the events it changes.
CREATE OR REPLACE FUNCTION audit.erase_security_events(account_id uuid)
RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    UPDATE audit.security_events AS e
    SET client_address = audit.network_of(e.client_address), user_agent = NULL
    WHERE (e.actor_id = erase_security_events.account_id
           OR e.account_id = erase_security_events.account_id AND e.actor_id IS NULL)
      AND (e.user_agent IS NOT NULL OR e.client_address IS DISTINCT FROM audit.network_of(e.client_address))
$$;
