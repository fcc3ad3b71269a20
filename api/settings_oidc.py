"""The settings of an outside identity provider."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from api.settings_source import LOOPBACK, EnvironmentSettings, Items

_ROLES = ("admin", "support", "merchant", "customer")  # the most powerful first


class Oidc(EnvironmentSettings):
    """An outside identity provider whose access tokens are accepted: Clerk, Auth0, Keycloak and others."""

    issuer: str = Field(
        validation_alias="OIDC_ISSUER",
        description="The exact `iss` of the provider's tokens (Auth0's ends with a slash). `storeproc migrate` must "
        "see it as well, so that the database trusts the provider. Without it only tokens of the store are accepted.",
    )
    audiences: Items = Field(
        validation_alias="OIDC_AUDIENCE",
        description="The accepted `aud` of the tokens, separated by commas. For tokens without `aud` (Clerk's), `azp` "
        "is compared instead.",
    )
    jwks_url: str | None = Field(
        None,
        validation_alias="OIDC_JWKS_URL",
        description="Address of the provider's keys. By default it is taken from the discovery document.",
    )
    role_claim: str | None = Field(
        None,
        validation_alias="OIDC_ROLE_CLAIM",
        description="Claim that holds a role or a list of roles, as a name or a path such as `realm_access.roles`. "
        "By default accounts begin as customers and are promoted in the store.",
    )
    roles: Mapping[str, str] = Field(
        default_factory=lambda: {role: role for role in _ROLES},
        validation_alias="OIDC_ROLES",
        description="The provider's roles and the store's, such as `shop-admin=admin,helpdesk=support`.",
    )

    @field_validator("issuer", "jwks_url", mode="after")
    @classmethod
    def _check_address(cls, given: str | None) -> str | None:
        parts = urlsplit(given or "")
        if given and (not parts.hostname or (parts.scheme != "https" and parts.hostname not in LOOPBACK)):
            raise ValueError("an address such as https://login.shop.example is expected.")
        return given

    @field_validator("roles", mode="before")
    @classmethod
    def _read_roles(cls, given: str | Mapping[str, str]) -> Mapping[str, str]:
        if not isinstance(given, str):
            return given
        roles: dict[str, str] = {}
        for item in filter(None, map(str.strip, given.split(","))):
            theirs, _, ours = item.rpartition("=")
            if not theirs or ours not in _ROLES:
                raise ValueError(f"theirs=ours is expected, with one of {', '.join(_ROLES)}, not {item}.")
            roles[theirs] = ours
        return roles
