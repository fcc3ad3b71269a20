-- The subjects that an attempt to log in is counted for, and how many attempts each may have within 15 minutes: the
-- network (300), the e-mail from anywhere (50), the e-mail from this network (10). Guesses from elsewhere do not lock
-- out the owner: from a network in which the account has logged in, the e-mail from anywhere does not count; from a
-- device on which it has (its token is known), only this e-mail on this device does (10). Only hashes of e-mails are
-- stored. The rows are locked in this order, so that two log-ins cannot deadlock.
-- Callers:   count_log_in, forget_log_in, request_password_reset.
-- Definer:   reads known devices.
CREATE OR REPLACE FUNCTION identity.log_in_subjects(email text, client_address text, device_token text DEFAULT NULL)
RETURNS TABLE (subject text, allowed integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_email         CONSTANT text := encode(sha256(convert_to(lower(log_in_subjects.email), 'UTF8')), 'hex');
    v_network       CONSTANT text := identity.client_network(log_in_subjects.client_address);
    v_account_id    uuid;
    v_device        bytea;
    v_known_device  boolean;
    v_known_network boolean;
BEGIN
    SELECT a.id INTO v_account_id
    FROM identity.accounts AS a
    WHERE lower(a.email) = lower(log_in_subjects.email);
    v_device := identity.device_proof(v_account_id, 'device', log_in_subjects.device_token);
    SELECT coalesce(bool_or(k.proof = v_device), false), count(*) FILTER (WHERE k.proof IS DISTINCT FROM v_device) > 0
    INTO v_known_device, v_known_network
    FROM identity.known_devices AS k
    WHERE k.account_id = v_account_id AND k.last_used_at > now() - interval '90 days'
      AND k.proof IN (v_device, identity.device_proof(v_account_id, 'network', v_network));
    IF v_known_device THEN
        RETURN QUERY SELECT 'device:' || v_email || ':' || encode(v_device, 'hex'), 10;
        RETURN;
    END IF;
    IF v_network IS NOT NULL THEN
        RETURN QUERY SELECT 'address:' || v_network, 300;
    END IF;
    IF NOT v_known_network THEN
        RETURN QUERY SELECT 'email:' || v_email, 50;
    END IF;
    RETURN QUERY SELECT 'pair:' || v_email || ':' || coalesce(v_network, ''), 10;
END $$;
