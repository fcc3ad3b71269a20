-- Whether a dispute with this status is closed. (A lost one may still become won, and a won one lost.)
-- Callers:   receive_dispute_event, settle_disputes, api.list_disputes, report.count_work.
CREATE OR REPLACE FUNCTION payments.dispute_has_ended(status text)
RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN status IN ('won', 'lost', 'prevented', 'warning_closed');

GRANT EXECUTE ON FUNCTION payments.dispute_has_ended TO store_api;
