-- Everything that a mail needs, read when it is written: recipient, language, sender, data. NULL if there is no
-- recipient or nothing to say any more. Tokens are created here, so that they are stored nowhere else.
-- Until an address is verified, it may belong to a person who never heard of this shop: mails to it contain neither the
-- display name nor the delivery address, which the owner of the account typed, nor goods of merchants who are not
-- approved, and of those about orders it gets only a few a day.
-- Callers:   the worker.
-- Locks:     the counted mails of an address that is not verified.
CREATE TYPE api.mail AS (
    id uuid, template text, recipient text, name text, shop text, reply_to text, queued_at timestamptz,
    language text, data jsonb
);

CREATE FUNCTION api.prepare_mail(mail_id uuid)
RETURNS api.mail
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_mail      record;
    v_account   identity.accounts;
    v_change    record;
    v_recipient text;
    v_verified  boolean;
    v_order     sales.orders;
    v_hidden    boolean := false;
    v_data      jsonb;
    v_seller    billing.sellers;
BEGIN
    PERFORM identity.authenticate_service('worker');
    SELECT * INTO v_mail FROM messaging.find_mail(prepare_mail.mail_id);
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT * INTO v_account FROM identity.accounts AS a
    WHERE a.id = v_mail.account_id AND a.status <> 'closed';
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    v_recipient := v_account.email;
    v_verified := v_account.email_verified;
    IF v_mail.template IN ('order_confirmation', 'order_payable', 'order_shipped', 'order_cancelled', 'invoice') THEN
        SELECT * INTO STRICT v_order FROM sales.orders AS o
        WHERE o.id = coalesce((v_mail.data ->> 'order_id')::uuid,
                              (SELECT n.order_id FROM billing.invoices AS n
                               WHERE n.id = (v_mail.data ->> 'invoice_id')::uuid));
        v_verified := v_verified AND lower(coalesce(v_order.email, v_account.email)) = lower(v_account.email);
        v_recipient := coalesce(v_order.email, v_account.email);
    END IF;
    IF v_mail.template IN ('email_change', 'email_change_notice') THEN
        SELECT * INTO v_change FROM identity.find_email_change((v_mail.data ->> 'email_change_id')::uuid);
        v_recipient := CASE v_mail.template WHEN 'email_change' THEN v_change.new_email ELSE v_change.old_email END;
        v_verified := false;
    END IF;
    IF v_recipient IS NULL THEN
        RETURN NULL;
    END IF;

    IF NOT v_verified
        AND v_mail.template IN ('order_confirmation', 'order_payable', 'order_shipped', 'order_cancelled', 'invoice')
    THEN
        IF NOT identity.may_mail(v_recipient) THEN
            RETURN NULL;
        END IF;
        v_hidden := EXISTS (
            SELECT FROM sales.order_items AS i JOIN identity.accounts AS m ON m.id = i.merchant_id
            WHERE i.order_id = v_order.id AND m.merchant_approved_at IS NULL);
    END IF;

    IF v_mail.template IN ('order_confirmation', 'order_payable', 'order_shipped', 'order_cancelled') THEN
        IF v_mail.template = 'order_payable' AND v_order.status <> 'pending' THEN
            RETURN NULL;
        END IF;
        v_data := v_mail.data || CASE WHEN v_hidden THEN '{"items": []}' ELSE '{}' END::jsonb
            || jsonb_build_object('order', to_jsonb(api.render_order(v_order))
            || CASE WHEN v_verified THEN '{}' ELSE '{"shipping_address": null}' END::jsonb
            || CASE WHEN v_hidden THEN '{"items": []}' ELSE '{}' END::jsonb,
            'minor_units', (SELECT c.minor_units FROM catalog.currencies AS c WHERE c.code = v_order.currency),
            'link_token', CASE WHEN v_account.role = 'guest' THEN identity.issue_mail_token(
                prepare_mail.mail_id, 'order', v_account.id, v_recipient, v_mail.queued_at, v_order.id) END);
    ELSIF v_mail.template = 'invoice' THEN
        IF v_hidden THEN
            RETURN NULL;
        END IF;
        SELECT jsonb_build_object('number', i.number, 'kind', i.kind, 'total', i.total, 'currency', i.currency,
                                  'minor_units', i.minor_units,
                                  'order_number', o.number::text, 'pdf', encode(f.content, 'base64'))
        INTO STRICT v_data
        FROM billing.invoices AS i
        JOIN billing.invoice_files AS f ON f.invoice_id = i.id
        JOIN sales.orders AS o ON o.id = i.order_id
        WHERE i.id = (v_mail.data ->> 'invoice_id')::uuid;
    ELSIF v_mail.template IN ('password_reset', 'email_verification', 'email_change') THEN
        IF v_account.status <> 'active' OR v_mail.template = 'email_verification' AND v_account.email_verified
            OR v_mail.template = 'email_change' AND v_account.pending_email IS DISTINCT FROM v_recipient
        THEN
            RETURN NULL;
        END IF;
        v_data := jsonb_build_object('token', identity.issue_mail_token(
            prepare_mail.mail_id, v_mail.template, v_account.id, v_recipient, v_mail.queued_at));
        IF v_data ->> 'token' IS NULL THEN
            RETURN NULL;
        END IF;
    ELSIF v_mail.template = 'webhook_endpoint_disabled' THEN
        SELECT to_jsonb(w) INTO v_data
        FROM messaging.find_disabled_endpoint((v_mail.data ->> 'webhook_endpoint_id')::uuid) AS w;
        IF NOT FOUND THEN
            RETURN NULL;
        END IF;
    ELSIF v_mail.template = 'account_suspended' AND v_account.status <> 'suspended' THEN
        RETURN NULL;
    ELSE
        v_data := v_mail.data;
    END IF;

    SELECT * INTO STRICT v_seller FROM billing.sellers AS s ORDER BY s.version DESC LIMIT 1;
    RETURN ROW(prepare_mail.mail_id, v_mail.template, v_recipient,
               CASE WHEN v_verified THEN v_account.display_name END, v_seller.name, v_seller.email, v_mail.queued_at,
               identity.language_of(v_account), v_data)::api.mail;
END $$;

COMMENT ON FUNCTION api.prepare_mail IS
'The contents of a mail

For the worker. NULL when there is nothing to send.';

GRANT EXECUTE ON FUNCTION api.prepare_mail TO app_worker;
