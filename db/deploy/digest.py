"""A digest of what an SQL file does, which comments, line breaks and indentation do not change."""

from __future__ import annotations

import hashlib
import re

# Dollar-quoted bodies and string literals are kept to the byte: white space inside them has a meaning.
_TOKEN = re.compile(
    r"""
      (?P<space>    [ \t\n\r\f\v]+ | --[^\n]* )
    | (?P<comment>  /\* )
    | (?P<dollar>   \$ (?: [A-Za-z_\u0080-\uffff][\w\u0080-\uffff]* )? \$ )
    | (?P<text>     [eE] ' (?: [^'\\] | \\. | '' )* '
                  | (?: [bBnNxX] | [uU]& )? ' (?: [^'] | '' )* '
                  | (?: [uU]& )? " (?: [^"] | "" )* " )
    | (?P<word>     [\w$]+ )
    | (?P<operator> (?: (?! -- | /\* ) [-+*/<>=~!@\#%^&|`?:] )+ )
    | (?P<other>    . )
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT_EDGE = re.compile(r"/\*|\*/")


def digest(text: str) -> str:
    """SHA-256 of the file's tokens, in hexadecimal. Two files with one digest do the same."""
    return hashlib.sha256(" ".join(_tokens(text)).encode()).hexdigest()


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    at = 0
    while found := _TOKEN.match(text, at):
        at = found.end()
        if found.lastgroup == "comment":
            at = _end_of_comment(text, at)
        elif found.lastgroup == "dollar":
            end = text.find(found[0], at)
            at = end + len(found[0]) if end >= 0 else len(text)
            tokens.append(text[found.start() : at])
        elif found.lastgroup != "space":
            tokens.append(found[0])
    return tokens


def _end_of_comment(text: str, at: int) -> int:
    """Where the block comment ends whose first `/*` is before `at`: such comments nest."""
    depth = 1
    while depth and (edge := _COMMENT_EDGE.search(text, at)):
        depth += 1 if edge[0] == "/*" else -1
        at = edge.end()
    return at if depth == 0 else len(text)
