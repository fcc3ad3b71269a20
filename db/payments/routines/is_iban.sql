-- Whether a text is an IBAN (ISO 13616) in its electronic form: a country of the IBAN registry, that country's length,
-- and the check digits (ISO 7064, mod 97-10).
-- Callers:   replace_bank_account, list_transfers.
CREATE OR REPLACE FUNCTION payments.is_iban(iban text)
RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
RETURN CASE WHEN is_iban.iban ~ '^[A-Z]{2}(0[2-9]|[1-8][0-9]|9[0-8])[A-Z0-9]+$'
    AND strpos('AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 '
               'EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 '
               'IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 '
               'NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 '
               'SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30',
               left(is_iban.iban, 2) || length(is_iban.iban)) > 0
    -- Letters count as 10 to 35; the country and the check digits come last.
    THEN mod((SELECT string_agg(CASE WHEN c.sign >= 'A' THEN (ascii(c.sign) - 55)::text ELSE c.sign END, ''
                                ORDER BY c.place)
              FROM regexp_split_to_table(substr(is_iban.iban, 5) || left(is_iban.iban, 4), '')
                   WITH ORDINALITY AS c (sign, place))::numeric, 97) = 1
    ELSE false END;

GRANT EXECUTE ON FUNCTION payments.is_iban TO store_api;
