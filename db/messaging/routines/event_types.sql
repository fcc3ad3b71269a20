-- The types of events that functions record. A new one is added here; a test compares this list with the functions.
-- Callers:   require_event_types.
CREATE OR REPLACE FUNCTION messaging.event_types()
RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
RETURN ARRAY[
    'account.bank_account_changed', 'account.closed', 'account.created', 'account.email_changed',
    'account.email_verified', 'account.merchant_approved', 'account.password_reset', 'account.recovery_code_used',
    'account.recovery_codes_renewed', 'account.reinstated', 'account.role_changed', 'account.second_factor_disabled',
    'account.second_factor_enabled', 'account.second_factor_reset', 'account.suspended', 'bundle.created',
    'bundle.deleted', 'credit.deducted', 'credit.granted', 'credit.pending', 'credit.rejected', 'credit_note.issued',
    'debit_note.issued', 'dispute.closed', 'dispute.lost', 'dispute.opened', 'dispute.updated', 'dispute.won',
    'gift_card.issued', 'gift_card.redeemed', 'invoice.issued', 'order.address_changed', 'order.cancelled',
    'order.created', 'order.delivered', 'order.expired', 'order.held', 'order.item_removed', 'order.modified',
    'order.paid', 'order.released', 'order.restocked', 'order.shipped', 'order.taken_up', 'payment.authorized',
    'payment.cancelled', 'payment.capture_requested', 'payment.completed', 'payment.expired', 'payment.failed',
    'payment.initiated', 'payment.opened', 'payment.processing', 'payout.completed', 'payout.failed',
    'payout.requested', 'product.created', 'product.deleted', 'product.price_changed', 'product.price_deleted',
    'products.imported',
    'promotion.created', 'promotion.disabled', 'promotion.scope_changed', 'refund.completed', 'refund.failed',
    'refund.requested',
    'return.approved', 'return.received', 'return.refunded', 'return.rejected', 'return.requested',
    'shipment.cancelled', 'shipment.created', 'shipment.delivered', 'shipment.failed', 'shipment.in_transit',
    'shipment.label_created', 'shipment.returned', 'stock.adjusted', 'wallet.locked', 'wallet.unlocked',
    'webhook_endpoint.disabled', 'withdrawal.completed', 'withdrawal.failed', 'withdrawal.requested'
];

GRANT EXECUTE ON FUNCTION messaging.event_types TO store_api;
