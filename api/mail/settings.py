"""The settings of the mail server."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from pydantic import Field, ValidationInfo, field_validator

from api.settings_source import LOOPBACK, EnvironmentSettings, insert_password


class Smtp(EnvironmentSettings):
    """The mail server."""

    given_password: str | None = Field(
        None,
        validation_alias="SMTP_PASSWORD",
        repr=False,
        description="Password of the user in SMTP_URL, when SMTP_URL does not contain it.",
    )
    url: str = Field(
        validation_alias="SMTP_URL",
        repr=False,
        description="Mail server: `smtp://user:password@host:587` (with STARTTLS, required unless the host is this "
        "machine) or `smtps://…:465` (TLS). Without it mails are written to the folder `mail` in STOREPROC_DATA, "
        "one file each.",
    )

    @field_validator("url", mode="after")
    @classmethod
    def _check_url(cls, given: str, info: ValidationInfo) -> str:
        try:
            parts = urlsplit(given)
            parts.port  # noqa: B018  # raises ValueError when it is not a number
        except ValueError:
            parts = urlsplit("")
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path not in ("", "/") or parts.query:
            raise ValueError("an address such as smtp://user:password@mail.shop.example:587 is expected.")
        return insert_password(given, info.data.get("given_password"), "SMTP_PASSWORD")

    @property
    def host(self) -> str:
        """The mail server's name or address."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """465 for smtps and 587 for smtp, unless the URL has another port."""
        return urlsplit(self.url).port or (465 if self.tls else 587)

    @property
    def tls(self) -> bool:
        """Whether the connection is encrypted from the first byte (smtps)."""
        return urlsplit(self.url).scheme == "smtps"

    @property
    def username(self) -> str | None:
        """The user to log in as."""
        name = urlsplit(self.url).username
        return unquote(name) if name else None

    @property
    def password(self) -> str | None:
        """That user's password, from SMTP_PASSWORD or SMTP_URL."""
        password = urlsplit(self.url).password
        return unquote(password) if password else None

    @property
    def local(self) -> bool:
        """Whether the server is on this machine, where encryption is optional."""
        return self.host in LOOPBACK
