-- The shop's settings: read by functions, changed by an admin through api.update_settings.
REVOKE ALL ON sales.settings, sales.order_transitions FROM store_api;
GRANT SELECT ON sales.settings, sales.order_transitions TO store_api;
GRANT UPDATE (order_time_to_live, payment_time_to_live, authorization_time_to_live, manual_payment_time_to_live,
              booking_time_to_live, return_window, commission_basis_points, tax_country, shipping_required,
              credit_held_until_booked, booking_carrier, return_origins, delayed_payment_time_to_live, payout_delay,
              confirmation_time_to_live, staff_idle_time_to_live, daily_limits_per_recipient, daily_limits_per_staff,
              max_unpaid_orders, max_units_on_hold, security_events_kept, second_factor_required_for_staff,
              deposit_hold, untaxed_orders, time_zone, language, tax_rounding, guest_orders, guest_limits_per_network,
              guest_data_kept, search_language)
    ON sales.settings TO store_api;

CREATE OR REPLACE TRIGGER audit_update AFTER UPDATE ON sales.settings
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION audit.record_change('singleton');
