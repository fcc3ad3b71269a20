-- Changes settings of the shop: only the fields that are sent; null empties tax_country and booking_carrier, and
-- removes the limits of unpaid orders. What has begun keeps the settings it began with.
-- Locks:  the settings' row.
-- Errors: confirmation_required 403; duration_out_of_range, return_origin_malformed, carrier_unknown,
--         country_unknown, time_zone_unknown 422.
CREATE DOMAIN api.duration AS text CONSTRAINT duration_malformed
    CHECK (VALUE ~ '^P([0-9]{1,4}D)?(T([0-9]{1,6}H)?([0-9]{1,6}M)?([0-9]{1,6}S)?)?$');
COMMENT ON DOMAIN api.duration IS 'A duration in ISO 8601 of days, hours, minutes and seconds, such as P14D or PT30M.
Example: "P1DT12H"';
CREATE DOMAIN api.commission AS integer CONSTRAINT commission_out_of_range CHECK (VALUE >= 0 AND VALUE <= 10000);
COMMENT ON DOMAIN api.commission IS 'Hundredths of a per cent: 1000 is 10 %.
Example: 1000';
CREATE DOMAIN api.daily_limits AS integer CONSTRAINT daily_limits_out_of_range CHECK (VALUE >= 0 AND VALUE <= 1000);
COMMENT ON DOMAIN api.daily_limits IS 'A multiple of the limit for one change, 0 to 1,000; 0: always a second person.';
CREATE DOMAIN api.return_origins AS text[] CONSTRAINT too_many_origins CHECK (cardinality(VALUE) <= 50);
COMMENT ON DOMAIN api.return_origins IS 'At most 50 origins, such as https://shop.example.';
CREATE DOMAIN api.unpaid_orders AS integer
    CONSTRAINT max_unpaid_orders_out_of_range CHECK (VALUE >= 1 AND VALUE <= 1000000);
COMMENT ON DOMAIN api.unpaid_orders IS 'The number of orders, from 1 to 1,000,000.';
CREATE DOMAIN api.units_on_hold AS integer
    CONSTRAINT max_units_on_hold_out_of_range CHECK (VALUE >= 1 AND VALUE <= 1000000000);
COMMENT ON DOMAIN api.units_on_hold IS 'The number of pieces, from 1 to 1,000,000,000.';
CREATE DOMAIN api.guest_limits AS integer CONSTRAINT guest_limits_per_network_out_of_range
    CHECK (VALUE >= 1 AND VALUE <= 1000);
COMMENT ON DOMAIN api.guest_limits IS 'A multiple of the limits of an account, 1 to 1,000.';

CREATE FUNCTION api.update_settings(
    order_time_to_live api.duration DEFAULT NULL, payment_time_to_live api.duration DEFAULT NULL,
    authorization_time_to_live api.duration DEFAULT NULL, manual_payment_time_to_live api.duration DEFAULT NULL,
    booking_time_to_live api.duration DEFAULT NULL, return_window api.duration DEFAULT NULL,
    commission_basis_points api.commission DEFAULT NULL, tax_country api.country DEFAULT NULL,
    shipping_required boolean DEFAULT NULL, credit_held_until_booked boolean DEFAULT NULL,
    booking_carrier text DEFAULT NULL, return_origins api.return_origins DEFAULT NULL,
    delayed_payment_time_to_live api.duration DEFAULT NULL, payout_delay api.duration DEFAULT NULL,
    confirmation_time_to_live api.duration DEFAULT NULL, staff_idle_time_to_live api.duration DEFAULT NULL,
    daily_limits_per_recipient api.daily_limits DEFAULT NULL, daily_limits_per_staff api.daily_limits DEFAULT NULL,
    max_unpaid_orders api.unpaid_orders DEFAULT NULL, max_units_on_hold api.units_on_hold DEFAULT NULL,
    security_events_kept api.duration DEFAULT NULL, second_factor_required_for_staff boolean DEFAULT NULL,
    deposit_hold api.duration DEFAULT NULL, untaxed_orders api.untaxed_orders DEFAULT NULL,
    time_zone api.short_text DEFAULT NULL, language api.language DEFAULT NULL,
    tax_rounding api.tax_rounding DEFAULT NULL, guest_orders boolean DEFAULT NULL,
    guest_limits_per_network api.guest_limits DEFAULT NULL, guest_data_kept api.duration DEFAULT NULL,
    search_language api.search_language DEFAULT NULL,
    given text[] DEFAULT NULL
)
RETURNS api.settings
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_actor CONSTANT uuid := identity.authenticate();
    v_wrong text;
BEGIN
    PERFORM identity.require_fresh();
    PERFORM catalog.require_country(update_settings.tax_country);
    SELECT o INTO v_wrong FROM unnest(update_settings.return_origins) AS o
    -- An origin as it is compared, and no address of a page.
    WHERE o IS NULL OR payments.origin_of(o) IS DISTINCT FROM o
       OR o !~ '^(https://|http://(localhost|127\.0\.0\.1|\[::1\])(:|$))'
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'return_origin_malformed',
            MESSAGE = 'This is not an origin that payers may return to.',
            HINT = 'An origin is https://, a host in lower case, and a port unless it is 443.',
            DETAIL = json_build_object('origin', v_wrong)::text;
    ELSIF update_settings.booking_carrier IS NOT NULL
        AND NOT EXISTS (SELECT FROM fulfilment.carriers AS c WHERE c.name = update_settings.booking_carrier)
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'carrier_unknown', MESSAGE = 'There is no such carrier.';
    -- posix/ and right/ are files of the same names; a name in another case would not be found by other programs.
    ELSIF update_settings.time_zone IS NOT NULL
        AND NOT EXISTS (SELECT FROM pg_timezone_names AS z
                        WHERE z.name = update_settings.time_zone AND z.name !~ '^(posix|right)/')
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'time_zone_unknown',
            MESSAGE = 'There is no such time zone.', HINT = 'A name of the IANA time zone database: Europe/Berlin.';
    ELSIF EXISTS (
        SELECT FROM unnest(ARRAY[
            update_settings.order_time_to_live, update_settings.payment_time_to_live,
            update_settings.authorization_time_to_live, update_settings.manual_payment_time_to_live,
            update_settings.booking_time_to_live, update_settings.delayed_payment_time_to_live,
            update_settings.staff_idle_time_to_live
        ]::text[]) AS d WHERE d::interval NOT BETWEEN '1 minute' AND '365 days'
    ) OR update_settings.return_window::interval > '3650 days' OR update_settings.payout_delay::interval > '365 days'
       OR update_settings.deposit_hold::interval > '365 days'
       OR update_settings.confirmation_time_to_live::interval NOT BETWEEN '1 minute' AND '1 day'
       OR update_settings.guest_data_kept::interval NOT BETWEEN '1 day' AND '3650 days'
       OR update_settings.security_events_kept::interval NOT BETWEEN '7 days' AND '3650 days'
    THEN
        RAISE EXCEPTION USING ERRCODE = 'SH422', CONSTRAINT = 'duration_out_of_range',
            MESSAGE = 'This duration is too short or too long.',
            HINT = 'A time to live is from a minute to a year (of a confirmation: a day), the payout delay and the '
                || 'deposit hold up to a year, the return window ten; security events are kept for seven days to ten '
                || 'years, data of guests for a day to ten years.';
    END IF;

    UPDATE sales.settings AS s
    SET order_time_to_live = coalesce(update_settings.order_time_to_live::interval, s.order_time_to_live),
        payment_time_to_live = coalesce(update_settings.payment_time_to_live::interval, s.payment_time_to_live),
        authorization_time_to_live =
            coalesce(update_settings.authorization_time_to_live::interval, s.authorization_time_to_live),
        manual_payment_time_to_live =
            coalesce(update_settings.manual_payment_time_to_live::interval, s.manual_payment_time_to_live),
        delayed_payment_time_to_live =
            coalesce(update_settings.delayed_payment_time_to_live::interval, s.delayed_payment_time_to_live),
        confirmation_time_to_live =
            coalesce(update_settings.confirmation_time_to_live::interval, s.confirmation_time_to_live),
        staff_idle_time_to_live =
            coalesce(update_settings.staff_idle_time_to_live::interval, s.staff_idle_time_to_live),
        daily_limits_per_recipient =
            coalesce(update_settings.daily_limits_per_recipient, s.daily_limits_per_recipient),
        daily_limits_per_staff = coalesce(update_settings.daily_limits_per_staff, s.daily_limits_per_staff),
        second_factor_required_for_staff =
            coalesce(update_settings.second_factor_required_for_staff, s.second_factor_required_for_staff),
        payout_delay = coalesce(update_settings.payout_delay::interval, s.payout_delay),
        deposit_hold = coalesce(update_settings.deposit_hold::interval, s.deposit_hold),
        language = coalesce(update_settings.language, s.language),
        security_events_kept = coalesce(update_settings.security_events_kept::interval, s.security_events_kept),
        booking_time_to_live = coalesce(update_settings.booking_time_to_live::interval, s.booking_time_to_live),
        return_window = coalesce(update_settings.return_window::interval, s.return_window),
        commission_basis_points = coalesce(update_settings.commission_basis_points, s.commission_basis_points),
        tax_country = CASE WHEN 'tax_country' = ANY (update_settings.given) THEN update_settings.tax_country
                           ELSE coalesce(update_settings.tax_country, s.tax_country) END,
        shipping_required = coalesce(update_settings.shipping_required, s.shipping_required),
        credit_held_until_booked = coalesce(update_settings.credit_held_until_booked, s.credit_held_until_booked),
        booking_carrier = CASE WHEN 'booking_carrier' = ANY (update_settings.given)
                               THEN update_settings.booking_carrier
                               ELSE coalesce(update_settings.booking_carrier, s.booking_carrier) END,
        return_origins = coalesce(update_settings.return_origins, s.return_origins),
        untaxed_orders = coalesce(update_settings.untaxed_orders, s.untaxed_orders),
        time_zone = coalesce(update_settings.time_zone, s.time_zone),
        tax_rounding = coalesce(update_settings.tax_rounding, s.tax_rounding),
        search_language = coalesce(update_settings.search_language, s.search_language),
        guest_orders = coalesce(update_settings.guest_orders, s.guest_orders),
        guest_limits_per_network = coalesce(update_settings.guest_limits_per_network, s.guest_limits_per_network),
        guest_data_kept = coalesce(update_settings.guest_data_kept::interval, s.guest_data_kept),
        max_unpaid_orders = CASE WHEN 'max_unpaid_orders' = ANY (update_settings.given)
                                 THEN update_settings.max_unpaid_orders
                                 ELSE coalesce(update_settings.max_unpaid_orders, s.max_unpaid_orders) END,
        max_units_on_hold = CASE WHEN 'max_units_on_hold' = ANY (update_settings.given)
                                 THEN update_settings.max_units_on_hold
                                 ELSE coalesce(update_settings.max_units_on_hold, s.max_units_on_hold) END;
    RETURN api.get_settings();
END $$;

COMMENT ON FUNCTION api.update_settings IS
'Change the settings

Changes only the fields that are sent; null empties `tax_country` and `booking_carrier`, and removes the limits
`max_unpaid_orders` and `max_units_on_hold`. Orders and payments that have
begun keep the settings they began with. `return_origins` replaces all of them.';

GRANT EXECUTE ON FUNCTION api.update_settings TO app_admin;
