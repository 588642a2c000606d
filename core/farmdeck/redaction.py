"""Secrets kept out of texts and logs."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

MARK = "•••"


def redact(text: str, secrets: Iterable[str]) -> str:
    """`text` with every secret, also as it looks in a URL or in JSON, replaced by a mark."""
    forms = {form for secret in secrets if secret for form in _forms(secret)}
    for form in sorted(forms, key=len, reverse=True):  # a secret that holds another one goes first
        text = text.replace(form, MARK)
    return text


def _forms(secret: str) -> tuple[str, ...]:
    return secret, quote(secret, safe=""), quote(secret), quote_plus(secret), json.dumps(secret)[1:-1]


class RedactSecrets(logging.Filter):
    """On a handler: takes the secrets that it was told of out of every record, tracebacks included."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        super().__init__()
        self._secrets = set(secrets)

    def learn(self, secret: str) -> None:
        """Keep this one out from now on."""
        self._secrets.add(secret)

    def filter(self, record: logging.LogRecord) -> bool:
        """Always True: the record goes on, without the secrets."""
        if not self._secrets:
            return True
        record.msg, record.args = redact(record.getMessage(), self._secrets), ()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text, record.exc_info = redact(record.exc_text, self._secrets), None
        if record.stack_info:
            record.stack_info = redact(record.stack_info, self._secrets)
        return True
