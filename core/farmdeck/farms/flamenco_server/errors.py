"""What goes wrong with a Flamenco Server, as errors with a remedy.

FarmError
├── FarmUnreachable
│   ├── NoAnswer        the line broke, or what came back is no answer of a Flamenco Server
│   └── OtherDialect    the server was replaced by one of another time
└── Refused             the server said no; `status` is its HTTP status
    ├── NotThere        404
    │   └── NoSuchCall  404 for an address that this server does not have at all
    └── Crashed         500: most often a value that the server did not check

The servers name their own errors `status` or `code`, and some answer a 404 with the JSON text "".
"""

from __future__ import annotations

from ..._errors import FarmError, FarmUnreachable


class NoAnswer(FarmUnreachable):
    """The line broke, or what came back is no answer of a Flamenco Server."""


class OtherDialect(FarmUnreachable):
    """The server was replaced by one of another time."""


class Refused(FarmError):
    """The server said no."""

    def __init__(self, what: str, fix: str, status: int = 0) -> None:
        super().__init__(what, fix)
        self.args = (what, fix, status)  # so that the error survives pickling
        self.status = status


class NotThere(Refused):
    """404."""


class NoSuchCall(NotThere):
    """404 for an address that this server does not have at all."""


class Crashed(Refused):
    """500: most often a value that the server did not check."""
