"""Reads settings classes from environment variables, or from the files that NAME_FILE names.

A module that needs settings of its own declares a class and reads it:

    class StripeSettings(ProviderSettings):
        model_config = SettingsConfigDict(env_prefix="STRIPE_")
        secret_key: str = Field(repr=False, description="Key of the account ...")

    keys = read_settings(StripeSettings)  # None when none of its required variables is set

A field with `repr=False` is a secret: its value appears in no error and no repr.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Self, TypeVar, get_args, get_origin
from urllib.parse import quote, urlsplit

from annotated_types import Ge, Le
from pydantic import BeforeValidator, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

LOOPBACK = ("localhost", "127.0.0.1", "::1")  # hosts for which http is as safe as https


class SettingsError(Exception):
    """Variables whose values are not valid, one per line."""


def _whole(given: object) -> object:
    # int() would also take "1_000", "+5" and " 5 ".
    if isinstance(given, str) and not (given.isascii() and given.isdigit()):
        raise ValueError("a whole number is expected.")
    return given


def _flag(given: str | bool) -> bool:
    if isinstance(given, str) and given not in ("0", "1"):
        raise ValueError("0 or 1 is expected.")
    return given in ("1", True)


def _items(given: str | tuple[str, ...]) -> tuple[str, ...]:
    return tuple(filter(None, map(str.strip, given.split(",")))) if isinstance(given, str) else given


def _web_address(given: str) -> str:
    parts = urlsplit(given.rstrip("/"))
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("an address such as https://api.shop.example is expected.")
    return given.rstrip("/")


Url = Annotated[str, BeforeValidator(_web_address)]
"""An address of http or https, without a slash at its end."""
Whole = BeforeValidator(_whole)
Flag = Annotated[bool, BeforeValidator(_flag)]
Items = Annotated[tuple[str, ...], BeforeValidator(_items)]
"""Items separated by commas."""


class EnvironmentSettings(BaseSettings):
    """Base of every settings class. Each field names its variable (`validation_alias`) and has a description.

    The constructor takes values only; from_env() and read_settings() read variables.
    """

    model_config = SettingsConfigDict(frozen=True, populate_by_name=True, extra="forbid", hide_input_in_errors=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Values of the constructor only: what a test builds does not depend on the machine it runs on."""
        return (init_settings,)

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read all fields. Raises SettingsError with one line for each variable that is not valid."""
        values = EnvironmentSource(cls, environ)()
        try:
            return cls(**values)
        except ValidationError as error:
            mistakes = [each for each in error.errors() if each["type"] != "default_factory_not_called"]
            raise SettingsError("\n".join(_explain(cls, each, values) for each in mistakes)) from None


class ProviderSettings(EnvironmentSettings):
    """The settings of one gateway or carrier. A field's variable is `env_prefix` and its name in capitals."""


Group = TypeVar("Group", bound=EnvironmentSettings)


def read_settings(cls: type[Group], environ: Mapping[str, str] = os.environ) -> Group | None:
    """Settings of something optional: None when no required variable of the class is set.

    Raises SettingsError like from_env(), also when only some of the required variables are set.
    """
    required = [variable(cls, name) for name, field in cls.model_fields.items() if field.is_required()]
    missing = [name for name in required if read_variable(name, environ) is None]
    if not missing:
        return cls.from_env(environ)
    if len(missing) < len(required):
        raise SettingsError(f"{missing[0]} is missing: {' and '.join(required)} belong together.")
    return None


class EnvironmentSource(PydanticBaseSettingsSource):
    """The values of a settings class by field name; a field that is a settings class is read by its own variables."""

    def __init__(self, settings_cls: type[BaseSettings], environ: Mapping[str, str]) -> None:
        super().__init__(settings_cls)
        self.environ = environ

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """The value or None, the field's name, and False: no value is JSON."""
        group = group_of(field)
        value = (
            read_settings(group, self.environ)
            if group
            else read_variable(variable(self.settings_cls, field_name), self.environ)
        )
        return value, field_name, False

    def __call__(self) -> dict[str, Any]:
        """All values that are set."""
        found = (self.get_field_value(field, name) for name, field in self.settings_cls.model_fields.items())
        return {name: value for value, name, _ in found if value is not None}


def variable(cls: type[BaseSettings], name: str) -> str:
    """The environment variable of a field: its alias, else `env_prefix` and its name in capitals."""
    alias = cls.model_fields[name].validation_alias
    return str(alias) if alias else f"{cls.model_config.get('env_prefix', '')}{name}".upper()


def group_of(field: FieldInfo) -> type[EnvironmentSettings] | None:
    """The settings class of a field that is annotated `SomeSettings | None`."""
    if get_origin(field.annotation) is not UnionType:
        return None
    for kind in get_args(field.annotation):
        if isinstance(kind, type) and issubclass(kind, EnvironmentSettings):
            return kind
    return None


def read_variable(name: str, environ: Mapping[str, str]) -> str | None:
    """The value of NAME, or the line in the file that NAME_FILE names; None when neither is set or both are empty.

    Raises SettingsError when both are set or the file does not contain exactly one line.
    """
    given, file = (environ.get(key, "").strip() for key in (name, f"{name}_FILE"))
    if not file:
        return given or None
    if given:
        raise SettingsError(f"{name} and {name}_FILE are both set: keep one of them.")
    return _read_line(f"{name}_FILE", Path(file))


def insert_password(url: str, password: str | None, name: str) -> str:
    """The URL with the password of another variable. Raises ValueError when the URL has no user or has a password."""
    if password is None:
        return url
    scheme, _, rest = url.partition("://")
    user, at, place = rest.partition("@")
    if not at or not user or ":" in user:
        raise ValueError(f"with {name} it must name a user, and no password of its own.")
    return f"{scheme}://{user}:{quote(password, safe='')}@{place}"


def _read_line(name: str, file: Path) -> str:
    """No error shows the content of the file."""
    try:
        text = file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError(f"{name}={file}: the file cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{name}={file}: the file is not text.") from None
    if not text or "\n" in text:
        raise SettingsError(f"{name}={file}: one line is expected, the file has {'more' if text else 'none'}.")
    return text


def _explain(cls: type[BaseSettings], mistake: ErrorDetails, values: Mapping[str, Any]) -> str:
    """One line for one mistake: the variable, its value unless it is a secret, and what is expected."""
    key = str(mistake["loc"][0])
    if mistake["type"] == "missing":
        return f"{key} is missing."
    field = cls.model_fields[key]
    low, high = (next((getattr(m, a) for m in field.metadata if isinstance(m, k)), None) for k, a in _LIMITS)
    if low is not None and high is not None:
        expected = f"a whole number from {low} to {high} is expected."
    elif get_origin(field.annotation) is Literal:
        expected = f"one of {', '.join(get_args(field.annotation))} is expected."
    else:
        expected = str(mistake.get("ctx", {}).get("error", mistake["msg"])).rstrip(".") + "."
    name = variable(cls, key)
    return f"{name}={values[key]}: {expected}" if field.repr and key in values else f"{name}: {expected}"


_LIMITS = ((Ge, "ge"), (Le, "le"))


# --- the table in the documentation ---------------------------------------------------------------


def markdown_table(classes: Sequence[type[EnvironmentSettings]]) -> str:
    """All variables of these classes and of the classes in their fields, as a Markdown table."""
    rows = [row for cls in classes for row in _rows(cls)]
    return "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows]) + "\n"


def _rows(cls: type[EnvironmentSettings]) -> Iterator[str]:
    for name, field in cls.model_fields.items():
        if group := group_of(field):
            yield from _rows(group)
        elif field.description:
            yield f"| `{variable(cls, name)}` | {_default(field)} | {field.description} |"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return ""
    default = field.get_default(call_default_factory=True, validated_data={})
    if default is None or default == ():
        return ""
    if isinstance(default, Mapping):
        default = ",".join(f"{key}={value}" for key, value in default.items())
    elif isinstance(default, tuple):
        default = ",".join(default)
    elif isinstance(default, (bool, float)):
        default = int(default)
    return f"`{default}`"
