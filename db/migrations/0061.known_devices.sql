-- depends: 0060.second_factors
-- Devices and networks from which an account logged in: other people's guesses do not lock them out.
CREATE TABLE identity.known_devices (
    account_id   uuid NOT NULL REFERENCES identity.accounts ON DELETE CASCADE,
    proof        bytea NOT NULL,    -- identity.device_proof() of the device's token, or of the network
    last_used_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT known_devices_pkey PRIMARY KEY (account_id, proof)
);
CREATE INDEX known_devices_last_used ON identity.known_devices (last_used_at);
