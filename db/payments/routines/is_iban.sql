-- Whether a text is an IBAN (ISO 13616) in its electronic form: capitals and digits, no spaces; as long as the
-- country's IBANs are, with check digits that fit. Lengths: SWIFT's IBAN registry, release 101.
-- Callers:   instruct_transfer, list_transfers, replace_bank_account, api.replace_seller.
CREATE OR REPLACE FUNCTION payments.is_iban(iban text)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(
        is_iban.iban ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]+$'
        AND left(is_iban.iban, 2) = ANY (string_to_array(CASE char_length(is_iban.iban)
            WHEN 15 THEN 'NO'
            WHEN 16 THEN 'BE'
            WHEN 18 THEN 'DK FI FK FO GL NL SD'
            WHEN 19 THEN 'MK SI'
            WHEN 20 THEN 'AT BA EE KZ LT LU MN XK'
            WHEN 21 THEN 'CH HR LI LV'
            WHEN 22 THEN 'BG BH CR DE GB GE IE ME RS VA'
            WHEN 23 THEN 'AE GI IL IQ OM SO TL'
            WHEN 24 THEN 'AD CZ ES MD PK RO SA SE SK TN VG'
            WHEN 25 THEN 'LY PT ST'
            WHEN 26 THEN 'IS TR'
            WHEN 27 THEN 'BI DJ FR GR IT MC MR SM'
            WHEN 28 THEN 'AL AZ BY CY DO GT HN HU LB NI PL SV'
            WHEN 29 THEN 'BR EG PS QA UA'
            WHEN 30 THEN 'JO KW MU YE'
            WHEN 31 THEN 'MT SC'
            WHEN 32 THEN 'LC'
            WHEN 33 THEN 'RU'
        END, ' '))
        -- 00, 01 and 99 leave the same remainder as 97, 98 and 02, but are never assigned.
        AND substr(is_iban.iban, 3, 2) BETWEEN '02' AND '98'
        AND payments.mod_97(substr(is_iban.iban, 5) || left(is_iban.iban, 4)) = 1, false)
$$;

GRANT EXECUTE ON FUNCTION payments.is_iban TO store_api;
