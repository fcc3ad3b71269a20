-- Accounts with ids below one id, newest first, whose e-mail, handle or name contains a text, of one role or any but
-- guests, in one status or any. NULL is no filter. A whole e-mail address finds only its account: its trigrams occur
-- in most other addresses too, and the trigram index would read them all.
-- Callers:   api.list_accounts.
-- Definer:   LIKE is not leakproof, so under a policy it could not use the trigram index. The function itself checks
--            that the caller is staff.
CREATE OR REPLACE FUNCTION identity.find_accounts(q text, role text, status text, before uuid, count integer)
RETURNS identity.accounts[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    -- The filters are optional, so one generic plan would be bad for every combination.
    SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    v_owner   CONSTANT uuid := (SELECT a.id FROM identity.accounts AS a WHERE lower(a.email) = lower(find_accounts.q));
    v_pattern CONSTANT text :=
        CASE WHEN v_owner IS NULL
             THEN '%' || regexp_replace(lower(find_accounts.q), '([\\%_])', '\\\1', 'g') || '%' END;
BEGIN
    IF NOT identity.is_staff() THEN
        RETURN '{}';
    END IF;
    RETURN ARRAY(
        SELECT a FROM identity.accounts AS a
        WHERE a.id < find_accounts.before
          AND (v_owner IS NULL OR a.id = v_owner)
          -- The expressions of the indexes accounts_search and accounts_search_without_email.
          AND (v_pattern IS NULL
               OR lower(a.email || ' ' || coalesce(a.handle, '') || ' ' || coalesce(a.display_name, '')) LIKE v_pattern
               OR a.email IS NULL
                  AND lower(coalesce(a.handle, '') || ' ' || coalesce(a.display_name, '')) LIKE v_pattern)
          -- Guests have nothing to be found by; they would only push others off the first page.
          AND CASE WHEN find_accounts.role IS NULL THEN a.role <> 'guest' ELSE a.role = find_accounts.role END
          AND (find_accounts.status IS NULL OR a.status = find_accounts.status)
        ORDER BY a.id DESC LIMIT find_accounts.count
    );
END $$;

GRANT EXECUTE ON FUNCTION identity.find_accounts TO store_api;
