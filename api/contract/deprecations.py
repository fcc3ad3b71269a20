"""What of the contract is going to be removed: the one place where an operation or a field is marked as deprecated.

OpenAPI says `deprecated: true` and names what to use instead. Every answer of a deprecated operation, errors too, has
the headers Deprecation (RFC 9745), Sunset (RFC 8594) and Link, so that a client that is never rebuilt is told as well.
The policy is in api/README.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import format_datetime
from types import MappingProxyType

from api.contract.json_schema import Schema

POLICY = "/docs"  # where the deprecation is explained, with the operation


@dataclass(frozen=True)
class Deprecation:
    """Since when something is deprecated, from when on it may be gone, and what to use instead (a sentence)."""

    since: date
    sunset: date
    instead: str

    @property
    def sentence(self) -> str:
        """For the documentation."""
        return f"Deprecated since {self.since}; it stays until {self.sunset} at least. {self.instead}"

    @property
    def headers(self) -> tuple[tuple[bytes, bytes], ...]:
        """For the answers."""
        since = int(datetime.combine(self.since, datetime.min.time(), UTC).timestamp())
        sunset = datetime.combine(self.sunset, datetime.min.time(), UTC)
        return (
            (b"deprecation", b"@%d" % since),
            (b"sunset", format_datetime(sunset, usegmt=True).encode()),
            (b"link", f'<{POLICY}>; rel="deprecation"; type="text/html"'.encode()),
        )


# By the name of the function. For example: "list_prices": Deprecation(date(2027, 1, 1), date(2028, 1, 1), "Read …")
OPERATIONS: Mapping[str, Deprecation] = MappingProxyType({})
# By component and field, such as ("product", "weight"). A field has no headers: the answer as a whole stays.
FIELDS: Mapping[tuple[str, str], Deprecation] = MappingProxyType({})


def notices_of(function: str) -> tuple[tuple[bytes, bytes], ...]:
    """The headers of an operation's answers."""
    found = OPERATIONS.get(function)
    return found.headers if found else ()


def mark_operation(function: str, described: Schema) -> None:
    """Marks a deprecated operation in its OpenAPI description."""
    if found := OPERATIONS.get(function):
        described["deprecated"] = True
        described["description"] = f"{found.sentence}\n\n{described.get('description', '')}".strip()


def mark_fields(schemas: dict[str, Schema]) -> dict[str, Schema]:
    """The components of an OpenAPI document with their deprecated fields marked."""
    for (name, field), found in FIELDS.items():
        part = schemas[name]["properties"][field]
        part["deprecated"] = True
        part["description"] = f"{part.get('description', '')} {found.sentence}".strip()
    return schemas
