-- Asks for a mail to an account, in the transaction whose effect it tells of. The outbox holds ids, never a secret or
-- an address: what the mail says is read when it is written (api.prepare_mail). An account of NULL is nobody, and costs
-- as much (see request_password_reset). Answers true, always (see enqueue_job).
-- Called by: sales.settle_order, fulfilment.move_shipment and fail_booking, billing.store_file,
--            identity.change_account, and others.
-- Errors:    mail_template_unknown 500: a programmer's.
-- Definer:   nobody else may write the queue.
CREATE OR REPLACE FUNCTION messaging.enqueue_mail(template text, account_id uuid, data jsonb DEFAULT '{}')
RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_id CONSTANT uuid := uuidv7();     -- the job's, and so the mail's: a repeat is the same message
BEGIN
    IF enqueue_mail.template <> ALL (ARRAY['order_confirmation', 'order_shipped', 'order_cancelled', 'invoice', 'password_reset',
                                           'email_verification', 'webhook_endpoint_disabled', 'account_suspended'])
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH500', CONSTRAINT = 'mail_template_unknown',
            MESSAGE = format('There is no mail %s.', enqueue_mail.template);
    END IF;
    INSERT INTO messaging.outbox (id, kind, payload)
    VALUES (v_id, 'send_mail', jsonb_build_object(
        'mail_id', v_id, 'template', enqueue_mail.template, 'account_id', enqueue_mail.account_id,
        'data', enqueue_mail.data));
    RETURN true;
END $$;

GRANT EXECUTE ON FUNCTION messaging.enqueue_mail TO store_api;
