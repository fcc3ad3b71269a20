-- The network of an address: an IPv4 address without its last part (/24), an IPv6 address without its second half and
-- its subnet (/48). An address that cannot be read becomes NULL; a network stays as it is.
-- Callers:   erase_security_events, protect_security_events.
CREATE OR REPLACE FUNCTION audit.network_of(address text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
RETURN CASE WHEN network_of.address LIKE '%/%' THEN network_of.address
            WHEN pg_input_is_valid(network_of.address, 'inet') THEN
                network(set_masklen(network_of.address::inet,
                                    CASE family(network_of.address::inet) WHEN 4 THEN 24 ELSE 48 END))::text END;
