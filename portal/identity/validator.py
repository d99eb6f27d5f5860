"""What the demo's tokens say of a person."""

from __future__ import annotations

from typing import Any

from oauth2_provider.oauth2_validators import OAuth2Validator

from portal.demo.people import PEOPLE

GROUPS = {person.email: list(person.groups) for person in PEOPLE}


class Validator(OAuth2Validator):
    """Claims from the list of demo people; silent renewal for whoever is signed in here."""

    oidc_claim_scope = OAuth2Validator.oidc_claim_scope | {"groups": "profile"}

    def get_additional_claims(self) -> dict[str, Any]:
        """Name, e-mail and groups; the subject is a name that stays the same in every new demo."""
        return {
            "sub": lambda request: request.user.username,
            "name": lambda request: request.user.first_name,
            "email": lambda request: request.user.email,
            "email_verified": lambda request: True,
            "groups": lambda request: GROUPS.get(request.user.email, []),
        }

    def validate_silent_login(self, request: Any) -> bool:
        """Allow `prompt=none`: the view has already seen that somebody is signed in."""
        return True

    def validate_silent_authorization(self, request: Any) -> bool:
        """Allow `prompt=none`: the portal is the only client, and needs no consent."""
        return True
