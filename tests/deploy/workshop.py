"""A small source of its own, and a database for it."""

from __future__ import annotations

import shutil
from pathlib import Path

import psycopg

from db.deploy import migrate
from db.deploy.plan import Plan
from db.deploy.source import Source
from db.server.access import Access

REAL = Path(migrate.__file__).parents[1]

MIGRATION = """
CREATE SCHEMA shop;
GRANT USAGE ON SCHEMA shop TO store_api;
CREATE TABLE shop.things (id int PRIMARY KEY, name text);
"""
ROUTINE = """
CREATE OR REPLACE FUNCTION shop.double_it(n int) RETURNS int
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$ SELECT shop.half(n) * 4 $$;
GRANT EXECUTE ON FUNCTION shop.double_it TO store_api;
"""
HELPER = """
CREATE OR REPLACE FUNCTION shop.half(n int) RETURNS int
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$ SELECT n / 2 $$;
GRANT EXECUTE ON FUNCTION shop.half TO store_api;
"""
ENDPOINT = """
CREATE FUNCTION api.get_double(n int) RETURNS int
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN shop.double_it(n);
END $$;
GRANT EXECUTE ON FUNCTION api.get_double TO app_anonymous;
"""


class Workshop:
    """A source folder to edit, and a database to deploy it to."""

    def __init__(self, folder: Path, access: Access) -> None:
        self.folder = folder
        self.access = access
        shutil.copy(REAL / "roles.sql", folder / "roles.sql")
        self.write("migrations/0001.shop.sql", MIGRATION)
        self.write("types.sql", "CREATE DOMAIN api.amount AS bigint CHECK (VALUE > 0);\n")
        self.write("shop/routines/double_it.sql", ROUTINE)
        self.write("shop/routines/half.sql", HELPER)
        self.write("shop/api/get_double.sql", ENDPOINT)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def deploy(self, **keywords: bool) -> Plan:
        return migrate.migrate(self.access, source=Source.read(self.folder), **keywords)

    def check(self) -> list[str]:
        return migrate.check(self.access, Source.read(self.folder)).lines()

    def ask(self, query: str, role: str | None = None) -> object:
        with psycopg.connect(self.access.url(role) if role else self.access.admin()) as connection:
            row = connection.execute(query.encode()).fetchone()
            return row[0] if row else None
