-- The settings of the shop.
CREATE TYPE api.settings AS (
    order_time_to_live text, payment_time_to_live text, authorization_time_to_live text,
    manual_payment_time_to_live text, booking_time_to_live text, return_window text, commission_basis_points integer,
    tax_country api.country, shipping_required boolean, credit_held_until_booked boolean, booking_carrier text,
    return_origins text[], delayed_payment_time_to_live text, payout_delay text, confirmation_time_to_live text,
    staff_idle_time_to_live text, daily_limits_per_recipient integer, daily_limits_per_staff integer,
    max_unpaid_orders integer, max_units_on_hold integer, security_events_kept text,
    second_factor_required_for_staff boolean, deposit_hold text, untaxed_orders api.untaxed_orders, time_zone text,
    language text, tax_rounding api.tax_rounding, guest_orders boolean, guest_limits_per_network integer,
    guest_data_kept text, search_language api.search_language
);
COMMENT ON COLUMN api.settings.guest_orders IS 'Whether orders can be placed without an account.';
COMMENT ON COLUMN api.settings.guest_limits_per_network IS
'How many times `max_unpaid_orders` and `max_units_on_hold` the unpaid orders of all guests of one network can reach.';
COMMENT ON COLUMN api.settings.guest_data_kept IS
'How long after a guest''s last order was finished their personal data are kept.';
COMMENT ON COLUMN api.settings.language IS 'The language of mails and documents for customers who chose none.';
COMMENT ON COLUMN api.settings.search_language IS
'The language whose forms of words the search of products knows. After a change the worker writes the index anew.';
COMMENT ON COLUMN api.settings.daily_limits_per_recipient IS
'How many times the limit for one change (`credit_approval_above`) one account may get by hand within 24 hours, as
credit, confirmed deposits or refunds, before a second person has to approve.';
COMMENT ON COLUMN api.settings.daily_limits_per_staff IS
'The same for all that one member of staff gives, gift cards included.';
COMMENT ON COLUMN api.settings.order_time_to_live IS 'How long an unpaid order holds its stock.';
COMMENT ON COLUMN api.settings.payment_time_to_live IS 'How long a checkout at a gateway can be paid.';
COMMENT ON COLUMN api.settings.authorization_time_to_live IS
'How long an authorised payment can be captured; gateways let go after seven days.';
COMMENT ON COLUMN api.settings.manual_payment_time_to_live IS 'How long cash or a bank transfer is waited for.';
COMMENT ON COLUMN api.settings.delayed_payment_time_to_live IS
'How long a bank debit or a voucher may take; its order waits as long.';
COMMENT ON COLUMN api.settings.confirmation_time_to_live IS
'How long a log-in or a confirmation of the session counts for operations that need one.';
COMMENT ON COLUMN api.settings.staff_idle_time_to_live IS
'How long a session of staff lasts without being refreshed.';
COMMENT ON COLUMN api.settings.second_factor_required_for_staff IS
'Whether support and admins without a second factor can only set one up; open sessions from their next refresh on.';
COMMENT ON COLUMN api.settings.payout_delay IS
'How long after the return window a merchant''s earnings of an order can be paid out.';
COMMENT ON COLUMN api.settings.deposit_hold IS
'How long a deposit through a gateway cannot be withdrawn; orders can be paid with it at once.';
COMMENT ON COLUMN api.settings.max_unpaid_orders IS
'The number of unpaid orders that an account can have. Null: any number.';
COMMENT ON COLUMN api.settings.max_units_on_hold IS
'The number of pieces that the unpaid orders of an account can hold together. Null: any number.';
COMMENT ON COLUMN api.settings.security_events_kept IS 'How long security events are kept.';
COMMENT ON COLUMN api.settings.booking_time_to_live IS 'How long a carrier that does not answer is asked again.';
COMMENT ON COLUMN api.settings.return_window IS 'How long after the delivery a return can be requested.';
COMMENT ON COLUMN api.settings.commission_basis_points IS
'The shop''s share of what merchants sell, in hundredths of a per cent.';
COMMENT ON COLUMN api.settings.tax_country IS 'Where orders without an address are taxed. Null: nowhere.';
COMMENT ON COLUMN api.settings.untaxed_orders IS
'What happens to an order with goods for which neither a tax rate nor a rule of exemption applies, if the seller is
registered for tax: `refuse` (422 `tax_undecided`), or `hold`: it cannot be paid until it is released.';
COMMENT ON COLUMN api.settings.tax_rounding IS
'`line`: the tax of each line is rounded; `document`: the tax of all that is taxed alike in an order is rounded once,
and its lines add up to it. Some tax offices accept only the latter.';
COMMENT ON COLUMN api.settings.time_zone IS
'Of documents and reports, such as Europe/Berlin: it decides the day of a document, and the year of its number.';
COMMENT ON COLUMN api.settings.shipping_required IS
'Whether orders with a weight need an address and a shipping method.';
COMMENT ON COLUMN api.settings.credit_held_until_booked IS
'Whether credit for a whole order with a shipment is taken only when the carrier has accepted the parcel.';
COMMENT ON COLUMN api.settings.booking_carrier IS
'The carrier for that, unless the shipping method has its own. Null: none.';
COMMENT ON COLUMN api.settings.return_origins IS
'Origins such as https://shop.example that payers may return to, besides the shop''s own.';

-- SET intervalstyle: durations are ISO 8601, such as PT30M or P14D.
CREATE FUNCTION api.get_settings()
RETURNS api.settings
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET intervalstyle = 'iso_8601' AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
BEGIN
    RETURN (
        SELECT ROW(s.order_time_to_live, s.payment_time_to_live, s.authorization_time_to_live,
                   s.manual_payment_time_to_live, s.booking_time_to_live, s.return_window, s.commission_basis_points,
                   s.tax_country, s.shipping_required, s.credit_held_until_booked, s.booking_carrier,
                   s.return_origins, s.delayed_payment_time_to_live, s.payout_delay, s.confirmation_time_to_live,
                   s.staff_idle_time_to_live, s.daily_limits_per_recipient, s.daily_limits_per_staff,
                   s.max_unpaid_orders, s.max_units_on_hold, s.security_events_kept,
                   s.second_factor_required_for_staff, s.deposit_hold, s.untaxed_orders, s.time_zone,
                   s.language, s.tax_rounding, s.guest_orders, s.guest_limits_per_network,
                   s.guest_data_kept, s.search_language)::api.settings
        FROM sales.settings AS s
    );
END $$;

COMMENT ON FUNCTION api.get_settings IS
'Get the settings

Durations are ISO 8601: `PT30M` is half an hour, `P14D` two weeks.';

GRANT EXECUTE ON FUNCTION api.get_settings TO app_admin;
