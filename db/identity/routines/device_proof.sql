-- What is stored of a device's token or of a network (kind: device, network) from which an account logged in. It is
-- another value for each account, so that rows do not show which accounts share a device.
-- Callers:   log_in_subjects, remember_device.
CREATE OR REPLACE FUNCTION identity.device_proof(account_id uuid, kind text, secret text)
RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
RETURN sha256(convert_to(device_proof.account_id || ' ' || device_proof.kind || ' ' || device_proof.secret, 'UTF8'));
