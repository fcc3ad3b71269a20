-- Types of the endpoints in db/audit/api: what a client sends and what it gets.

CREATE TYPE api.invariant AS (name text, ok boolean, detail text);

CREATE TYPE api.invariants AS (ok boolean, checks api.invariant[]);
