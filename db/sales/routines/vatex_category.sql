-- The category to which a reason of the VATEX code list belongs (version 8 of the list of the Connecting Europe
-- Facility, as EN 16931's rule BR-CL-22 checks it); NULL for a code that is not in it. Rules of category Z have no
-- code.
-- Callers:   api.create_tax_exemption.
CREATE OR REPLACE FUNCTION sales.vatex_category(code text)
RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
RETURN CASE
    WHEN vatex_category.code = 'VATEX-EU-G' THEN 'G'
    WHEN vatex_category.code = 'VATEX-EU-IC' THEN 'K'
    WHEN vatex_category.code IN ('VATEX-EU-AE', 'VATEX-FR-AE') THEN 'AE'
    WHEN vatex_category.code = 'VATEX-EU-O' THEN 'O'
    -- Articles of directive 2006/112/EC, then margin schemes.
    WHEN vatex_category.code ~ '^VATEX-EU-(79-C|132(-1[A-Q])?|135-1|143(-1([A-L]|FA))?|144|146-1E|148(-[A-G])?)$'
      OR vatex_category.code ~ '^VATEX-EU-(151(-1([A-E]|AA))?|153|159|309|[DFIJ])$'
      -- Articles of the French Code général des impôts.
      OR vatex_category.code ~ '^VATEX-FR-(FRANCHISE|CNWVAT|298SEXDECIESA|CGI(275|277A|295|261-[1-578]|261[AB]))$'
      OR vatex_category.code ~ '^VATEX-FR-CGI261(C-[1-3]|D-(1|1BIS|2|3|4)|E-[12])$'
    THEN 'E'
END;

GRANT EXECUTE ON FUNCTION sales.vatex_category TO store_api;
