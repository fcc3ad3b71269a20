DROP TABLE identity.known_devices;
