-- Deletes one of the caller's addresses. If it was the default, the oldest of the others becomes the default.
-- Locks:  the account, the addresses.
-- Errors: address_not_found 404.
CREATE FUNCTION api.delete_address(address_id uuid)
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor   CONSTANT uuid := identity.authenticate();
    v_deleted identity.addresses;
BEGIN
    PERFORM FROM identity.accounts AS a WHERE a.id = v_actor FOR NO KEY UPDATE;
    DELETE
    FROM identity.addresses AS a
    WHERE a.id = delete_address.address_id
    RETURNING a.* INTO v_deleted;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH404', CONSTRAINT = 'address_not_found',
            MESSAGE = 'You have no such address.';
    END IF;
    IF v_deleted.tax_id IS NOT NULL THEN
        PERFORM identity.watch_tax_ids(v_actor);
    END IF;
    IF v_deleted.is_default THEN
        UPDATE identity.addresses AS a SET is_default = true, version = a.version + 1
        WHERE a.id = (SELECT b.id
                      FROM identity.addresses AS b
                      WHERE b.account_id = v_actor
                      ORDER BY b.created_at, b.id LIMIT 1);
    END IF;
END $$;

COMMENT ON FUNCTION api.delete_address IS
'Delete an address

Orders keep the address as it was.';

GRANT EXECUTE ON FUNCTION api.delete_address TO app_customer;
