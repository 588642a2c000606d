"""What can go wrong with a Flamenco Manager, one class for each kind that is treated differently.

FarmUnreachable             no connection, or it broke; HTTP 502 and 504: somebody on the way says so
├── Unavailable             HTTP 503: the database is busy (it says for how long), or what was asked for is switched off
└── OddAnswer               an answer came that is not what the API promises
UnknownJob                  there is no such job
FarmError
├── NotThere                there is no such task, worker, tag or job type
├── NotOffered              this Manager has no such call: it is older
├── SettingUp               nobody has told it yet where its storage is
├── StaleJobType            the job type has changed since it was asked for (HTTP 412)
├── Refused                 it cannot be done as it was asked (HTTP 400, 406, 422, …)
├── Mismatch                a file is not the one whose checksum was given (HTTP 417)
├── ShamanOff               the Manager takes no uploads
├── TooEarly                somebody else is uploading that file (HTTP 425)
└── Trouble                 the Manager's own trouble (HTTP 500)
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..._errors import FarmError, FarmUnreachable

LONGEST_WORDS = 500
"""So much of what the Manager says itself is repeated, in characters."""
GATEWAY = (502, 504)
UNAVAILABLE = 503
TROUBLE = 500
NO_CALL = (404, 405)
WRONG_METHOD = "method not allowed"
"""For a call that it does not have a Manager answers 404 with a message but no code, unlike its API's own 404; where
only the method differs, Managers up to 3.5 answer 400 with these words (seen with 3.2, 3.5 and 3.9-beta1)."""


class Unavailable(FarmUnreachable):
    """HTTP 503."""

    def __init__(self, what: str, fix: str, *, retry_after: float | None = None) -> None:
        super().__init__(what, fix)
        self.retry_after = retry_after
        """Seconds; None when it did not say that trying again helps."""


class OddAnswer(FarmUnreachable):
    """An answer came that is not what the API promises: what was asked for may have been done or not."""


class NotThere(FarmError):
    """There is no such task, worker, tag or job type."""


class NotOffered(FarmError):
    """This Manager has no such call: it is older."""


class SettingUp(FarmError):
    """Nobody has told the Manager yet where its storage is."""


class StaleJobType(FarmError):
    """The job type has changed since it was asked for."""


class Refused(FarmError):
    """It cannot be done as it was asked."""


class Mismatch(FarmError):
    """A file is not the one whose checksum was given."""


class ShamanOff(FarmError):
    """The Manager takes no uploads."""


class TooEarly(FarmError):
    """Somebody else is uploading that file."""


class Trouble(FarmError):
    """The Manager's own trouble."""


_Made = Callable[[str, str], FarmError]
_BY_STATUS: Mapping[int, tuple[_Made, str, str]] = {
    404: (NotThere, "knows nothing of it", "Look again: it may have been deleted."),
    412: (StaleJobType, "refuses it as out of date", "Submit it again."),
    425: (TooEarly, "is getting this file from somebody else", "Try again in a minute."),
    417: (Mismatch, "got another file than announced", "Submit it again: it changed while it was sent."),
}


@dataclass(frozen=True)
class Complaint:
    """What an error's answer says."""

    words: str = ""
    """"" when it gave none."""
    own: bool = False
    """The API itself says it, not the web server around it: there is such a call."""


def error_for(host: str, status: int, complaint: Complaint, retry_after: float | None = None) -> FarmError:
    """What an HTTP status other than 2xx means."""
    said = f": {clean(complaint.words)}" if complaint.words else f" (HTTP {status})"
    if not complaint.own and (status in NO_CALL or complaint.words == WRONG_METHOD):
        return NotOffered(
            f"The Manager at {host} does not offer this{said}.", "Update the Manager, or check its address."
        )
    if status in _BY_STATUS:
        made, what, fix = _BY_STATUS[status]
        return made(f"The Manager at {host} {what}{said}.", fix)
    if status == UNAVAILABLE:
        return Unavailable(f"The Manager at {host} is busy{said}.", "Try again in a minute.", retry_after=retry_after)
    if status in GATEWAY:
        return FarmUnreachable(f"{host} cannot reach the Manager{said}.", "Ask IT whether the Manager runs.")
    if status >= TROUBLE:
        return Trouble(f"The Manager at {host} is in trouble{said}.", "Look into its log, then try again.")
    if 300 <= status < 400:
        return OddAnswer(f"{host} sends visitors elsewhere (HTTP {status}).", "Check the Manager's address.")
    return Refused(f"The Manager at {host} refuses{said}.", "Change what it complains of, then try again.")


def clean(words: str) -> str:
    """A server's text as one line that can be shown: no control characters, not too long, no full stop at its end."""
    plain = "".join(" " if unicodedata.category(mark) in ("Cc", "Cf", "Zl", "Zp") else mark for mark in words)
    line = " ".join(plain.split())
    return (line if len(line) <= LONGEST_WORDS else line[:LONGEST_WORDS] + "…").rstrip(". ")
