"""Settings of a provider, read from the environment: NAME, or the file that NAME_FILE names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict


class SettingsError(Exception):
    """A variable of the environment has no usable value. The message is one line that names the variable."""


class ProviderSettings(BaseSettings):
    """The settings of one provider. A field's variable is `env_prefix` and its name in capitals.

    Instances are made from their arguments alone; `read_settings` reads the environment.
    """

    model_config = SettingsConfigDict(frozen=True, hide_input_in_errors=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (init_settings,)


S = TypeVar("S", bound=ProviderSettings)


class EnvironmentSource(PydanticBaseSettingsSource):
    """Reads every field of a settings class from a mapping such as os.environ."""

    def __init__(self, settings_cls: type[BaseSettings], environ: Mapping[str, str]) -> None:
        super().__init__(settings_cls)
        self.environ = environ

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return read_variable(_variable(self.settings_cls, field_name), self.environ), field_name, False

    def __call__(self) -> dict[str, Any]:
        fields = self.settings_cls.model_fields
        read = {name: self.get_field_value(field, name)[0] for name, field in fields.items()}
        return {name: value for name, value in read.items() if value is not None}


def read_settings(cls: type[S], environ: Mapping[str, str]) -> S | None:
    """The settings in `environ`, or None when no required variable is set.

    Required variables belong together: SettingsError when only some of them are set, or when a value is wrong.
    """
    found = EnvironmentSource(cls, environ)()
    required = [name for name, field in cls.model_fields.items() if field.is_required()]
    missing = [name for name in required if name not in found]
    if missing:
        if len(missing) == len(required):
            return None
        together = " and ".join(_variable(cls, name) for name in required)
        raise SettingsError(f"{_variable(cls, missing[0])} is missing: {together} belong together.")
    try:
        return cls(**found)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)[0]
        name = str(wrong["loc"][0])
        # A field without a repr is secret: its value is not quoted.
        given = f"={found[name]}" if cls.model_fields[name].repr else ""
        reason = wrong["msg"].removeprefix("Value error, ").rstrip(".")
        raise SettingsError(f"{_variable(cls, name)}{given}: {reason}.") from None


def read_variable(name: str, environ: Mapping[str, str]) -> str | None:
    """The value of NAME, or of the one-line file that NAME_FILE names; an empty variable counts as unset."""
    given, file = (environ.get(key, "").strip() for key in (name, f"{name}_FILE"))
    if not file:
        return given or None
    if given:
        raise SettingsError(f"{name} and {name}_FILE are both set: keep one of them.")
    return _read_line(f"{name}_FILE", Path(file))


def _read_line(name: str, file: Path) -> str:
    """The only line of a file. No error quotes its content, which may be a secret."""
    try:
        text = file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise SettingsError(f"{name}={file}: it cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{name}={file}: it is not text.") from None
    if not text or "\n" in text:
        raise SettingsError(f"{name}={file}: one line is expected in it, there {'are more' if text else 'is none'}.")
    return text


def _variable(cls: type[BaseSettings], field: str) -> str:
    return f"{cls.model_config.get('env_prefix', '')}{field}".upper()


def _check_url(given: str) -> str:
    given = given.rstrip("/")
    parts = urlsplit(given)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("an address such as https://api.shop.example is expected")
    return given


def _split(given: str | tuple[str, ...]) -> tuple[str, ...]:
    return given if isinstance(given, tuple) else tuple(item.strip() for item in given.split(",") if item.strip())


Url = Annotated[str, AfterValidator(_check_url)]  # without a slash at its end
Items = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]  # with commas between
