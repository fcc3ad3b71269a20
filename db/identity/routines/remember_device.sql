-- Remembers after a log-in the device (its token, from a cookie) and the network that it came from. They count as known
-- for 90 days after their last log-in; an account has at most 20, the latest.
-- Callers:   api.create_session and reset_password, which hold the account's lock.
-- Locks:     the rows, in the order of their proofs.
-- Definer:   no other code may write known_devices.
CREATE OR REPLACE FUNCTION identity.remember_device(account_id uuid, client_address text, device_token text)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- An hour more or less does not matter, and most log-ins then write nothing.
    INSERT INTO identity.known_devices AS k (account_id, proof)
    SELECT remember_device.account_id, p.proof
    FROM (VALUES
        (identity.device_proof(remember_device.account_id, 'device', remember_device.device_token)),
        (identity.device_proof(remember_device.account_id, 'network',
                               identity.client_network(remember_device.client_address)))
    ) AS p (proof)
    WHERE p.proof IS NOT NULL
    ORDER BY p.proof
    ON CONFLICT ON CONSTRAINT known_devices_pkey DO UPDATE SET last_used_at = now()
    WHERE k.last_used_at < now() - interval '1 hour';
    IF FOUND THEN
        DELETE FROM identity.known_devices AS k
        WHERE k.account_id = remember_device.account_id
          AND k.proof IN (SELECT o.proof
                          FROM identity.known_devices AS o
                          WHERE o.account_id = remember_device.account_id
                          ORDER BY o.last_used_at DESC OFFSET 20);
    END IF;
END $$;

GRANT EXECUTE ON FUNCTION identity.remember_device TO store_api;
