DROP TABLE messaging.idempotency_keys, messaging.outbox, messaging.events;
