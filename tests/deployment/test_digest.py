"""The digest of an SQL file: equal for files that do the same, different for all others."""

from __future__ import annotations

import pytest

from db.deploy.digest import digest
from db.deploy.source import Source

VIEW = "CREATE VIEW report.v AS SELECT a.b, 'it''s--none' AS c FROM a WHERE (a.d) <> $1;"


@pytest.mark.parametrize(
    "text",
    [
        f"-- What it is for.\n{VIEW}\n",
        VIEW.replace(" FROM", " -- from there\n    FROM"),
        VIEW.replace(" FROM", "/* a /* nested */ comment; */ FROM"),
        VIEW.replace(" ", "\n\t "),
        VIEW.replace("(a.d)", "(\n    a.d\n)").replace("a.b, ", "a.b,\n    "),
    ],
)
def test_comments_and_white_space_are_no_difference(text: str) -> None:
    assert digest(text) == digest(VIEW)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("SELECT 'a b'", "SELECT 'a  b'"),
        ("SELECT 'a--b'", "SELECT 'a"),
        ("SELECT 'a/*b*/'", "SELECT 'a'"),
        (r"SELECT E'it\'s -- a' , 1", r"SELECT E'it\'s -- b' , 1"),
        ("SELECT E'a'", "SELECT 'a'"),
        ('SELECT "a b"', 'SELECT "a  b"'),
        ('SELECT "a--b"', 'SELECT "a'),
        ("DO $$ BEGIN -- a\nEND $$", "DO $$ BEGIN END $$"),
        ("DO $a$ '$$ -- ' $a$", "DO $a$ '$$' $a$"),
        ("DO $a$ 1 $a$", "DO $b$ 1 $b$"),
        ("SELECT ab", "SELECT a b"),
        ("SELECT 1 2", "SELECT 12"),
        ("SELECT a <- 1", "SELECT a < -1"),
        ("SELECT a", "SELECT A"),
        ("SELECT 1; -- SELECT 2;", "SELECT 1; SELECT 2;"),
        ("SELECT 1 - -1", "SELECT 1 --1"),
        ("SELECT ''''", "SELECT ''"),
    ],
)
def test_everything_else_is_one(one: str, other: str) -> None:
    assert digest(one) != digest(other)


def test_a_dollar_in_a_name_opens_nothing() -> None:
    assert digest("SELECT a$$ -- b\n, c") == digest("SELECT a$$, c")


def test_no_two_files_of_the_source_do_the_same() -> None:
    code = Source.read().code
    assert len({file.digest for file in code}) == len(code)
