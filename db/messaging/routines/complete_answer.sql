-- Replaces the stored answer of an idempotent request after its second half: a repeated request gets the complete
-- answer.
-- Callers:   api.open_payment, for the request that began the payment.
-- Locks:     the row of the Idempotency-Key.
-- Definer:   the row belongs to the customer's request; the caller is the gateway service.
CREATE OR REPLACE FUNCTION messaging.complete_answer(request_key uuid, answer text)
RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    UPDATE messaging.idempotency_keys AS k SET answer = complete_answer.answer
    WHERE k.id = complete_answer.request_key AND k.answer IS NOT NULL;
END;

GRANT EXECUTE ON FUNCTION messaging.complete_answer TO store_api;
