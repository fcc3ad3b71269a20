-- One term of a search, folded: a word, words with hyphens or the like between, or (quoted) a phrase. The query for all
-- that products are found by, that for names alone, and whether the term is only a common word of the language, as
-- "the". A word that no product contains also stands for the words that it begins, and (if near) for those that it may
-- be a misspelling of.
-- Callers:   parse_search.
CREATE OR REPLACE FUNCTION catalog.parse_term(
    term text, quoted boolean, near boolean, config regconfig,
    OUT query tsquery, OUT names tsquery, OUT common boolean, OUT unknown boolean
)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    v_words  CONSTANT text[] :=
        string_to_array(btrim(catalog.cut_words(parse_term.term, true)), ' ');
    v_word   text;
    v_stem   text;
    v_joined text;
    v_near   text;
    v_gap    integer := 1;    -- from the last word that is not a common one
    v_named  tsquery;
    v_found  tsquery;
BEGIN
    common := false;
    unknown := false;
    FOREACH v_word IN ARRAY v_words LOOP
        v_stem := (tsvector_to_array(to_tsvector(config, v_word)))[1];
        v_named := ('''=' || coalesce(v_stem, v_word) || '''')::tsquery;
        IF v_stem IS NULL THEN
            common := true;
            v_gap := v_gap + CASE WHEN query IS NULL THEN 0 ELSE 1 END;
            v_found := NULL;
        ELSIF char_length(v_word) = 1 AND octet_length(v_word) > 2 THEN
            -- A single letter of a script that is cut into pairs.
            v_found := ('''' || v_stem || ''':*')::tsquery;
            v_named := ('''=' || v_stem || ''':*')::tsquery;
        ELSE
            v_found := ('''' || v_stem || '''')::tsquery;
        END IF;
        IF v_found IS NOT NULL THEN
            query := CASE WHEN query IS NULL THEN v_found ELSE tsquery_phrase(query, v_found, v_gap) END;
            v_gap := 1;
        END IF;
        names := CASE WHEN names IS NULL THEN v_named ELSE names <-> v_named END;
    END LOOP;

    IF query IS NULL THEN
        query := names;
    ELSIF cardinality(v_words) > 1 AND NOT quoted THEN
        v_joined := array_to_string(v_words, '');
        v_joined := (tsvector_to_array(to_tsvector(config, v_joined)))[1];
        IF octet_length(v_joined) = char_length(v_joined) THEN
            -- Only its common words left out, t-shirt would find every shirt.
            query := CASE WHEN common THEN names ELSE query END || ('''' || v_joined || '''')::tsquery;
            names := names || ('''=' || v_joined || '''')::tsquery;
        END IF;
        common := false;
    ELSIF cardinality(v_words) = 1 AND v_word COLLATE pg_c_utf8 ~ '^[[:alpha:]]{2,40}$'
        AND v_word !~ '[\u0e00-\u0eff\u1000-\uffff]'
        AND NOT EXISTS (SELECT FROM catalog.search_words AS k WHERE k.stem = v_stem)
    THEN
        unknown := true;
        query := query || ('''' || v_stem || ''':*')::tsquery;
        names := names || ('''=' || v_stem || ''':*')::tsquery;
        IF near AND char_length(v_word) >= 4 THEN
            FOREACH v_near IN ARRAY catalog.near_stems(v_word) LOOP
                query := query || ('''' || v_near || '''')::tsquery;
                names := names || ('''=' || v_near || '''')::tsquery;
            END LOOP;
        END IF;
    ELSE
        common := false;
    END IF;
    common := common AND cardinality(v_words) = 1;
END $$;

GRANT EXECUTE ON FUNCTION catalog.parse_term TO store_api;
