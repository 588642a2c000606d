"""What the 2016 API refuses, as errors with a remedy.

FarmError
├── FarmUnreachable
│   └── NoAnswer        the line broke, the server failed, or what came back is no answer
└── Refused             the farm said no; `code` is its own
    ├── BadAccess       the account or its key does not open the door
    ├── BadValue        a value that it does not take
    └── BadMessage      a message that it cannot read: a fault of Farmdeck's, or of something in between

Codes: HTTP API manual 2017, appendix A.
"""

from __future__ import annotations

from ..._errors import FarmError, FarmUnreachable


class NoAnswer(FarmUnreachable):
    """The line broke, the server failed, or what came back is no answer."""


class Refused(FarmError):
    """The farm said no."""

    def __init__(self, what: str, fix: str, code: str = "") -> None:
        super().__init__(what, fix)
        self.args = (what, fix, code)  # so that the error survives pickling
        self.code = code


class BadAccess(Refused):
    """The account or its access key does not open the door."""


class BadValue(Refused):
    """A value that the farm does not take."""


class BadMessage(Refused):
    """A message that the farm cannot read."""


_ASK = "Ask the farm's support for an access key that is open, then give it again."
_REPORT = "Try again; if it stays, report it to Farmdeck with this message."
_CODES: dict[str, tuple[type[Refused], str, str]] = {
    "1001": (BadMessage, "The farm got an empty message.", _REPORT),
    "1002": (BadMessage, "The farm could not read the message.", _REPORT),
    "1004": (BadMessage, "The farm was sent something else than JSON.", "Check for a proxy that changes requests."),
    "1005": (BadMessage, "The message is longer than the farm takes.", "Ask for less at a time."),
    "1006": (BadMessage, "The farm misses the head of the message.", _REPORT),
    "1007": (BadMessage, "The farm misses the body of the message.", _REPORT),
    "1010": (BadAccess, "The farm does not take this access key.", _ASK),
    "1012": (BadAccess, "The farm does not know this account.", "Check the account's name in the settings."),
    "1013": (BadAccess, "The farm has closed this account.", "Ask the farm's support why."),
    "1020": (BadValue, "The farm misses a value.", "Fill it in, then try again."),
    "1021": (BadValue, "The farm expects a number where there is none.", "Correct the value, then try again."),
    "1022": (BadValue, "The farm does not take one of the values.", "Choose another value, then try again."),
    "1023": (BadValue, "A value is longer than the farm takes.", "Shorten it, then try again."),
    "1024": (BadValue, "A value has characters that the farm does not take.", "Use letters and digits."),
}


def refusal(action: str, code: str, said: str) -> Refused:
    """The error for an answer that is not "0"; `said` is the farm's own text, "" when it gave none."""
    kind, what, fix = _CODES.get(code, (Refused, "The farm refused.", "Read what it says, correct it, and try again."))
    words = f' It says "{said}"' if said else ""
    number = f" (code {code})" if code else ""
    return kind(f"{what}{words}{number} to {action}." if words or number else f"{what} It was {action}.", fix, code)
