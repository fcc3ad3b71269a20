-- A User-Agent header as it is stored: one line of at most 255 characters, without control characters.
-- Callers:   open_session, rotate_session.
CREATE OR REPLACE FUNCTION identity.clean_user_agent(user_agent text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
RETURN nullif(left(regexp_replace(user_agent, '[[:cntrl:]]+', ' ', 'g'), 255), '');
