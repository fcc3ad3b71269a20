"""The settings of an outside identity provider."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from api.settings_source import LOOPBACK, EnvironmentSettings, Items

# A symmetric one is never among them: its "secret" would be the public key. The first is that of an RSA key that names
# none.
ALGORITHMS = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA"),
)
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
    algorithms: Items = Field(
        ALGORITHMS,
        validation_alias="OIDC_ALGORITHMS",
        description="The accepted algorithms of the provider's keys, separated by commas. A key is used with the "
        "algorithm that it names in the provider's key set, and with no other. An RSA key that names none is used with "
        "the first RSA algorithm of this list.",
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

    @field_validator("algorithms", mode="after")
    @classmethod
    def _check_algorithms(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        if not given or not set(given) <= set(ALGORITHMS):
            raise ValueError(f"some of {', '.join(ALGORITHMS)} are expected.")
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
