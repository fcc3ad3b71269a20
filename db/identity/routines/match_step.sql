-- The time step in which an authenticator app shows this code: the present one, the one before or the one after, since
-- clocks differ (RFC 6238, section 5.2). NULL: none of them, or a code that was used, or one older than a used one.
-- Callers:   check_code, confirm_second_factor, which hold the account's lock. Not granted to store_api.
CREATE OR REPLACE FUNCTION identity.match_step(factor identity.second_factors, code text)
RETURNS bigint
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    -- The time of a call that waited for the lock, not that of the transaction's start.
    v_now CONSTANT bigint := floor(extract(epoch FROM clock_timestamp()) / 30);
BEGIN
    FOR v_step IN greatest(v_now - 1, (match_step.factor).last_step + 1) .. v_now + 1 LOOP
        IF identity.make_code((match_step.factor).secret, v_step) = match_step.code THEN
            RETURN v_step;
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
