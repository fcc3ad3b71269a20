DROP TABLE payments.provider_limits;
