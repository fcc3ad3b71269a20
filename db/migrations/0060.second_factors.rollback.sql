ALTER TABLE sales.settings DROP COLUMN second_factor_required_for_staff;
ALTER TABLE identity.sessions DROP COLUMN enrolling, DROP COLUMN code_at;
DROP TABLE identity.recovery_codes;
DROP TABLE identity.second_factors;
