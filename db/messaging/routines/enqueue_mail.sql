-- Enqueues a mail to an account, in the transaction that it reports about. The outbox holds ids, never a secret or an
-- address: the contents are read when the mail is written (api.prepare_mail). Without an account (NULL) no mail is
-- sent, at the same cost (see request_password_reset).
-- Callers:   sales.settle_order and decide_tax, fulfilment.move_shipment and fail_booking, billing.store_file,
--            identity.change_account, and others.
-- Locks:     none: it only inserts.
-- Errors:    mail_template_unknown 500 for a mistake in the code.
-- Definer:   no other code may write to the queue.
CREATE OR REPLACE FUNCTION messaging.enqueue_mail(template text, account_id uuid, data jsonb DEFAULT '{}')
RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_id CONSTANT uuid := uuidv7();     -- the id of the job and of the mail: a repeat is the same message
BEGIN
    IF enqueue_mail.template <> ALL (ARRAY[
        'order_confirmation', 'order_payable', 'order_shipped', 'order_cancelled', 'invoice', 'password_reset',
        'email_verification', 'email_change', 'email_change_notice', 'webhook_endpoint_disabled', 'account_suspended',
        'second_factor', 'api_key'])
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH500', CONSTRAINT = 'mail_template_unknown',
            MESSAGE = format('There is no mail template %s.', enqueue_mail.template);
    END IF;
    INSERT INTO messaging.outbox (id, kind, payload)
    VALUES (v_id, 'send_mail', jsonb_build_object(
        'mail_id', v_id, 'template', enqueue_mail.template, 'account_id', enqueue_mail.account_id,
        'data', enqueue_mail.data));
END $$;

GRANT EXECUTE ON FUNCTION messaging.enqueue_mail TO store_api;
