-- Whether the check digits of a tax id fit, for an id that matches its country's pattern (tax_id_pattern). Countries
-- whose algorithm is not public, or which have none (Bangladesh, the USA): true.
-- Callers:   read_tax_id.
CREATE OR REPLACE FUNCTION identity.check_digits_fit(country text, number text)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    c_id   CONSTANT text := check_digits_fit.number;
    c_last CONSTANT text := right(check_digits_fit.number, 1);
    v_sum  bigint;
BEGIN
    CASE check_digits_fit.country
    WHEN 'AT' THEN
        RETURN (16 - identity.luhn_sum(substr(c_id, 2, 7))) % 10 = c_last::bigint;
    WHEN 'BE' THEN
        RETURN (left(c_id, 8)::bigint + right(c_id, 2)::bigint) % 97 = 0 AND c_id::bigint > 0;
    WHEN 'BG' THEN
        IF char_length(c_id) = 10 THEN    -- natural persons, foreigners, others: one of three
            RETURN identity.weigh_digits(c_id, '{2,4,8,5,10,9,7,3,6}') % 11 % 10 = c_last::bigint
                OR identity.weigh_digits(c_id, '{21,19,17,13,11,9,7,3,1}') % 10 = c_last::bigint
                OR (11 - identity.weigh_digits(c_id, '{4,3,2,7,6,5,4,3,2}') % 11) % 11 = c_last::bigint;
        END IF;
        v_sum := identity.weigh_digits(c_id, '{1,2,3,4,5,6,7,8}') % 11;
        IF v_sum = 10 THEN
            v_sum := identity.weigh_digits(c_id, '{3,4,5,6,7,8,9,10}') % 11 % 10;
        END IF;
        RETURN v_sum = c_last::bigint;
    WHEN 'CY' THEN
        SELECT sum((ARRAY[1, 0, 5, 7, 9, 13, 15, 17, 19, 21])[substr(c_id, n, 1)::integer + 1]
                   + substr(c_id, n + 1, 1)::integer)
        INTO STRICT v_sum FROM generate_series(1, 7, 2) AS n;
        RETURN c_last = chr(65 + (v_sum % 26)::integer);
    WHEN 'CZ' THEN
        IF char_length(c_id) = 8 THEN
            v_sum := (11 - identity.weigh_digits(c_id, '{8,7,6,5,4,3,2}') % 11) % 11;
            RETURN coalesce(nullif(v_sum, 0), 1) % 10 = c_last::bigint;
        ELSIF char_length(c_id) = 9 AND left(c_id, 1) = '6' THEN
            v_sum := identity.weigh_digits(substr(c_id, 2), '{8,7,6,5,4,3,2}') % 11;
            RETURN (8 - (10 - v_sum + 11) % 11 + 10) % 10 = c_last::bigint;
        END IF;
        -- A birth number; those of nine digits are from before 1954 and have no check digit.
        RETURN char_length(c_id) = 9 OR left(c_id, 9)::bigint % 11 % 10 = c_last::bigint;
    WHEN 'DE', 'HR' THEN
        RETURN identity.hybrid_sum(c_id) = 1;
    WHEN 'DK' THEN
        RETURN identity.weigh_digits(c_id, '{2,7,6,5,4,3,2,1}') % 11 = 0;
    WHEN 'EE' THEN
        RETURN identity.weigh_digits(c_id, '{3,7,1,3,7,1,3,7,1}') % 10 = 0;
    WHEN 'EL' THEN
        RETURN identity.weigh_digits(c_id, '{256,128,64,32,16,8,4,2}') % 11 % 10 = c_last::bigint;
    WHEN 'ES' THEN
        IF c_id ~ '^[ABCDEFGHJNPQRSUVW]' THEN    -- legal persons: a digit or the letter for it
            v_sum := (10 - identity.luhn_sum(substr(c_id, 2, 7) || '0')) % 10;
            RETURN c_last IN (v_sum::text, substr('JABCDEFGHI', v_sum::integer + 1, 1));
        END IF;
        RETURN c_last = substr('TRWAGMYFPDXBNJZSQVHLCKE',
                               (translate(regexp_replace(left(c_id, 8), '^[KLM]', ''), 'XYZ', '012')::bigint % 23)
                               ::integer + 1, 1);
    WHEN 'FI' THEN
        RETURN identity.weigh_digits(c_id, '{7,9,10,5,8,4,2,1}') % 11 = 0;
    WHEN 'FR' THEN
        -- Companies of Monaco have 000 and no SIREN.
        IF substr(c_id, 3, 3) <> '000' AND identity.luhn_sum(substr(c_id, 3)) <> 0 THEN
            RETURN false;
        ELSIF c_id ~ '^\d+$' THEN
            RETURN left(c_id, 2)::bigint = (substr(c_id, 3) || '12')::bigint % 97;
        END IF;
        v_sum := strpos('0123456789ABCDEFGHJKLMNPQRSTUVWXYZ', left(c_id, 1)) - 1;
        v_sum := v_sum * CASE WHEN v_sum < 10 THEN 24 ELSE 34 END
                 + strpos('0123456789ABCDEFGHJKLMNPQRSTUVWXYZ', substr(c_id, 2, 1)) - 1
                 - CASE WHEN v_sum < 10 THEN 10 ELSE 100 END;
        RETURN (substr(c_id, 3)::bigint + 1 + v_sum / 11) % 11 = v_sum % 11;
    WHEN 'HU' THEN
        RETURN identity.weigh_digits(c_id, '{9,7,3,1,9,7,3,1}') % 10 = 0;
    WHEN 'IE' THEN
        IF c_id ~ '^\d{7}' THEN
            v_sum := identity.weigh_digits(c_id, '{8,7,6,5,4,3,2}')
                     + 9 * (strpos('WABCDEFGHI', substr(c_id, 9, 1)) - 1) * (char_length(c_id) - 8);
        ELSE
            v_sum := identity.weigh_digits('0' || substr(c_id, 3, 5) || left(c_id, 1), '{8,7,6,5,4,3,2}');
        END IF;
        RETURN substr(c_id, 8, 1) = substr('WABCDEFGHIJKLMNOPQRSTUV', (v_sum % 23)::integer + 1, 1);
    WHEN 'IT' THEN
        RETURN identity.luhn_sum(c_id) = 0;
    WHEN 'LT' THEN
        v_sum := identity.weigh_digits(left(c_id, -1), (ARRAY[1,2,3,4,5,6,7,8,9,1,2])[:char_length(c_id) - 1]) % 11;
        IF v_sum = 10 THEN
            v_sum := identity.weigh_digits(left(c_id, -1), (ARRAY[3,4,5,6,7,8,9,1,2,3,4])[:char_length(c_id) - 1]);
        END IF;
        RETURN v_sum % 11 % 10 = c_last::bigint;
    WHEN 'LU' THEN
        RETURN left(c_id, 6)::bigint % 89 = right(c_id, 2)::bigint;
    WHEN 'LV' THEN
        IF c_id > '4' THEN    -- legal persons
            RETURN identity.weigh_digits(c_id, '{9,1,4,8,3,10,2,5,7,6,1}') % 11 = 3;
        END IF;
        RETURN (1 + identity.weigh_digits(c_id, '{10,5,8,4,2,1,6,3,7,9}')) % 11 % 10 = c_last::bigint;
    WHEN 'MT' THEN
        RETURN identity.weigh_digits(c_id, '{3,4,6,7,8,9,10,1}') % 37 = 0;
    WHEN 'NL' THEN    -- companies, or the numbers that sole traders have had since 2020
        RETURN identity.weigh_digits(c_id, '{9,8,7,6,5,4,3,2,-1}') % 11 = 0 OR payments.mod_97('NL' || c_id) = 1;
    WHEN 'PL' THEN
        RETURN identity.weigh_digits(c_id, '{6,5,7,2,3,4,5,6,7,-1}') % 11 = 0;
    WHEN 'PT' THEN
        RETURN (11 - identity.weigh_digits(c_id, '{9,8,7,6,5,4,3,2}') % 11) % 11 % 10 = c_last::bigint;
    WHEN 'RO' THEN
        IF char_length(c_id) = 13 THEN    -- natural persons
            v_sum := identity.weigh_digits(c_id, '{2,7,9,1,4,6,3,5,8,2,7,9}') % 11;
            RETURN CASE v_sum WHEN 10 THEN 1 ELSE v_sum END = c_last::bigint;
        END IF;
        RETURN 10 * identity.weigh_digits(lpad(c_id, 10, '0'), '{7,5,3,2,1,7,5,3,2}') % 11 % 10 = c_last::bigint;
    WHEN 'SE' THEN
        RETURN identity.luhn_sum(left(c_id, 10)) = 0;
    WHEN 'SI' THEN
        v_sum := 11 - identity.weigh_digits(c_id, '{8,7,6,5,4,3,2}') % 11;
        RETURN CASE v_sum WHEN 10 THEN 0 ELSE v_sum END = c_last::bigint;
    WHEN 'SK' THEN    -- or a birth number
        RETURN c_id::bigint % 11 = 0 OR left(c_id, 9)::bigint % 11 % 10 = c_last::bigint;
    WHEN 'GB', 'XI' THEN
        IF c_id !~ '^\d{9}' THEN    -- departments and health authorities
            RETURN true;
        END IF;
        v_sum := identity.weigh_digits(c_id, '{8,7,6,5,4,3,2,10,1}') % 97;
        RETURN v_sum = 0 OR c_id >= '1' AND v_sum IN (42, 55);
    WHEN 'CH' THEN
        RETURN (11 - identity.weigh_digits(substr(c_id, 2), '{5,4,3,2,7,6,5,4}') % 11) % 11
            = substr(c_id, 10, 1)::bigint;
    WHEN 'NO' THEN
        RETURN identity.weigh_digits(c_id, '{3,2,7,6,5,4,3,2,1}') % 11 = 0;
    WHEN 'CA' THEN
        RETURN identity.luhn_sum(left(c_id, 9)) = 0;
    WHEN 'AU' THEN
        RETURN (identity.weigh_digits(c_id, '{10,1,3,5,7,9,11,13,15,17,19}') - 10) % 89 = 0;
    WHEN 'IN' THEN
        RETURN identity.luhn_sum(c_id, 36) = 0;
    ELSE
        RETURN true;
    END CASE;
END $$;

GRANT EXECUTE ON FUNCTION identity.check_digits_fit TO store_api;
