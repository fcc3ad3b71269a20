DROP TABLE payments.refunds, payments.gateway_events, payments.payments, payments.payment_transitions, payments.providers;
