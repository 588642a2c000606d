"""The service's Id and Key: one secret in the keyring, joined to a report at the moment of sending."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from .. import credentials
from .._errors import CredentialError
from ..redaction import MARK

_SET_UP = "Keep it: farmdeck reports setup --secret-stdin"


@dataclass(frozen=True)
class Credentials:
    """Never shown, never written."""

    id: str = field(repr=False)
    key: str = field(repr=False)


REDACTED = Credentials(MARK, MARK)
"""What a person is shown in their place; it tells nothing of them, not even how long they are."""


def keep_credentials(name: str, given: Credentials) -> credentials.Kept:
    """Keep them under that name. Raises CredentialError."""
    if not (given.id and given.key) or not (given.id + given.key).isprintable():
        raise CredentialError("The Id or the Key is empty or holds characters that none has.", "Give both again.")
    return credentials.keep(name, json.dumps({"id": given.id, "key": given.key}))


def fetch_credentials(name: str) -> Credentials:
    """Raises CredentialError."""
    try:
        doc = json.loads(credentials.fetch(name, set_up=_SET_UP))
        return Credentials(str(doc["id"]), str(doc["key"]))
    except (ValueError, KeyError, TypeError):  # nothing of it may be shown, the cause neither
        raise CredentialError(f"What is kept under {name} is no Id and Key.", _SET_UP) from None
