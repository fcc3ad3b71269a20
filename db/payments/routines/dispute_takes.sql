-- Whether what a gateway has withdrawn because of a dispute of this status is gone, and not only held. After an appeal
-- it may come back, as after a loss.
-- Callers:   settle_disputes, take_dispute.
CREATE OR REPLACE FUNCTION payments.dispute_takes(status text)
RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN status IN ('lost', 'appeal_needs_response', 'appeal_under_review');

GRANT EXECUTE ON FUNCTION payments.dispute_takes TO store_api;
