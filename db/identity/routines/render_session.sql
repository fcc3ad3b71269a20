-- A pair of new tokens as a client reads it.
-- Callers:   api.create_session, api.refresh_session.
CREATE FUNCTION api.render_session(account identity.accounts, access_token text, refresh_token text)
RETURNS api.session
LANGUAGE sql IMMUTABLE
-- 900 s: identity.issue_token
RETURN ROW(access_token, refresh_token, 'Bearer', 900, api.render_account(account))::api.session;
