"""What can go wrong with Renderbus, one class for each kind that is treated differently.

RenderbusError (FarmError)
├── Unreachable           no connection, or it broke                   (also FarmUnreachable)
├── UnreadableAnswer      an answer that makes no sense                (also FarmUnreachable)
├── WrongServer           something else lives at that address         (also FarmUnreachable)
├── AnswerLost            it may have been done, or not: look before doing it again
├── NotInDialect          the account's protocol has no such call
├── SignatureRefused      wrong access id or key
├── ClockWrong            this machine's clock is off
├── LoginNeeded           the farm wants a log-in first
├── NotAllowed            the account may not do that
├── NotFound              there is no such thing
├── NoMoreRecords         the list is at its end
├── BadParameter          something that was sent cannot be used
│   └── AlreadyExists     that name is taken
├── WrongRegion           the account belongs to the other region's farm
├── AccountProblem        locked, unknown, unverified, …
│   └── NoMoney           the account is in arrears
└── ServerTrouble         the farm's own trouble; later it may work
    └── ServerDown        HTTP 5xx: not even an answer of the farm's

Codes: protocol V3, 2018, "Error code description", completed by the exception codes of the public SDK documentation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ..._errors import FarmError, FarmUnreachable

LONGEST_WORDS = 300
"""So much of what the farm says itself is repeated, in characters."""


class RenderbusError(FarmError):
    """Renderbus refused, failed or did not answer."""

    def __init__(self, what: str, fix: str, *, code: int | None = None, request_id: str = "") -> None:
        super().__init__(what, fix)
        self.code = code
        """The farm's number for it; None when the farm gave none."""
        self.request_id = request_id
        """The farm's own name of the request, for its support; may be empty."""


class Unreachable(RenderbusError, FarmUnreachable):
    """No connection, or it broke."""

    def __init__(self, what: str, fix: str, *, sent: bool = True) -> None:
        super().__init__(what, fix)
        self.sent = sent
        """The request may have reached the farm."""


class UnreadableAnswer(RenderbusError, FarmUnreachable):
    """An answer came that makes no sense."""


class WrongServer(RenderbusError, FarmUnreachable):
    """Something answers at that address, but it is not Renderbus."""


class AnswerLost(RenderbusError):
    """A request that must not be repeated got no readable answer: it may have been done, or not."""


class NotInDialect(RenderbusError):
    """The account's protocol has no such call."""


class SignatureRefused(RenderbusError):
    """Wrong access id or access key."""


class ClockWrong(RenderbusError):
    """The request's time stamp is too far from the farm's clock."""


class LoginNeeded(RenderbusError):
    """The farm wants a log-in first, or does not know the access id."""


class NotAllowed(RenderbusError):
    """The account may not do that."""


class NotFound(RenderbusError):
    """There is no such thing, or no such path."""


class NoMoreRecords(RenderbusError):
    """The list is at its end."""


class BadParameter(RenderbusError):
    """Something that was sent cannot be used."""


class AlreadyExists(BadParameter):
    """That name is taken."""


class WrongRegion(RenderbusError):
    """The account belongs to the other region's farm."""


class AccountProblem(RenderbusError):
    """The account is locked, unknown, unverified, …"""


class NoMoney(AccountProblem):
    """The account is in arrears."""


class ServerTrouble(RenderbusError):
    """The farm's own trouble; later it may work."""


class ServerDown(ServerTrouble):
    """HTTP 5xx: not even an answer of the farm's."""


@dataclass(frozen=True)
class Kind:
    """What a code of the farm means to us."""

    error: type[RenderbusError]
    what: str
    fix: str


_PAGES = "Look at the account on the farm's web pages."
_LATER = "Try again in a few minutes; if it stays, write to the farm's support."
_SUPPORT = "If it happens again, write to the farm's support and name the request."
_VERIFY = "Verify the account on the farm's web pages."
_OURS = "This should not happen: write to Farmdeck's makers and name the request."

CODES: Mapping[int, Kind] = MappingProxyType(
    {
        100: Kind(RenderbusError, "Renderbus could not do it.", _SUPPORT),
        301: Kind(WrongServer, "Renderbus moved to another address.", "Check the farm's domain in the settings."),
        400: Kind(BadParameter, "Renderbus did not understand the request.", _OURS),
        403: Kind(NotAllowed, "This account may not do that.", "Ask the owner of the main account for the right to."),
        404: Kind(NotFound, "Renderbus does not know it.", "Refresh the list; it may have been deleted."),
        500: Kind(ServerTrouble, "Renderbus failed while doing it.", _LATER),
        503: Kind(AlreadyExists, "There is such a label already.", "Use it, or give another name."),
        513: Kind(ServerTrouble, "Renderbus could not look up the account.", _LATER),
        600: Kind(BadParameter, "Renderbus cannot use one of the values.", "Check the values that were chosen."),
        601: Kind(BadParameter, "Renderbus misses a value.", "Fill in what is empty."),
        602: Kind(LoginNeeded, "Renderbus does not know this access id.", "Check access id and key in the settings."),
        603: Kind(BadParameter, "Renderbus refused the request as illegal.", _OURS),
        604: Kind(AccountProblem, "The phone verification code is wrong.", _VERIFY),
        605: Kind(NotAllowed, "This account has too few rights.", "Ask the owner of the main account for more."),
        606: Kind(AccountProblem, "The verification code is wrong.", _VERIFY),
        607: Kind(AccountProblem, "The verification code could not be sent.", _VERIFY),
        608: Kind(
            WrongRegion,
            "The account belongs to the other region.",
            "Use task.renderbus.com for accounts from China, jop.foxrenderfarm.com for all others.",
        ),
        610: Kind(ClockWrong, "This machine's clock is wrong, so Renderbus refuses requests.", "Set the clock."),
        611: Kind(
            SignatureRefused,
            "Renderbus refused the access key.",
            "Copy access id and access key again from the farm's web pages: farmdeck farms add … --secret-stdin.",
        ),
        700: Kind(NoMoreRecords, "There is nothing more in the list.", "Refresh the list."),
        800: Kind(AccountProblem, "There is no such account.", "Check the access id in the settings."),
        801: Kind(AccountProblem, "The account has no device bound to it.", _PAGES),
        802: Kind(AccountProblem, "The device could not be bound to the account.", _PAGES),
        804: Kind(AccountProblem, "The account is disabled.", "Write to the farm's support."),
        805: Kind(AccountProblem, "The user name or the password is wrong.", "Check the account in the settings."),
        806: Kind(AccountProblem, "The account is not bound to that third-party user.", _PAGES),
        807: Kind(AccountProblem, "The phone number is not bound to a third-party user.", _PAGES),
        808: Kind(AccountProblem, "The phone number is bound to another user.", _PAGES),
        809: Kind(AccountProblem, "The log-in through WeChat failed.", _PAGES),
        810: Kind(AccountProblem, "The log-in through Weibo failed.", _PAGES),
        811: Kind(AccountProblem, "The log-out failed.", _PAGES),
        812: Kind(
            AccountProblem,
            "The account may not be used from this network address.",
            "Add the address on the farm's web pages, or use the studio's network.",
        ),
        813: Kind(AccountProblem, "The log-in through QQ failed.", _PAGES),
        814: Kind(AccountProblem, "That software was chosen already.", _PAGES),
        815: Kind(AccountProblem, "That third-party user is bound already.", _PAGES),
        900: Kind(AlreadyExists, "The phone number is in use already.", _PAGES),
        901: Kind(AlreadyExists, "The mail address is in use already.", _PAGES),
        902: Kind(AlreadyExists, "The user name is in use already.", _PAGES),
        903: Kind(AccountProblem, "The mail address belongs to no account.", _PAGES),
        904: Kind(AccountProblem, "The currency is not supported.", _PAGES),
        905: Kind(AccountProblem, "The agent is not supported.", _PAGES),
        906: Kind(AccountProblem, "The amount cannot be paid in.", _PAGES),
        908: Kind(AccountProblem, "The coupon cannot be used.", _PAGES),
        909: Kind(AccountProblem, "The way of payment is not supported.", _PAGES),
        910: Kind(AccountProblem, "There is no order to invoice.", _PAGES),
        911: Kind(AccountProblem, "There is no address for the invoice.", _PAGES),
        912: Kind(AccountProblem, "The sub-account has running tasks and cannot be deleted.", "Stop its tasks first."),
        913: Kind(NoMoney, "The account is in arrears.", "Top up the balance on the farm's web pages, then try again."),
        914: Kind(AccountProblem, "The sub-account has a balance and cannot be deleted.", _PAGES),
        915: Kind(AccountProblem, "There is no data for the invoice.", _PAGES),
        916: Kind(AccountProblem, "The kind of invoice does not fit.", _PAGES),
        920: Kind(NotFound, "There is no newer version of the farm's client.", "Go on with the present one."),
        1000: Kind(ServerTrouble, "Renderbus has trouble with its cache.", _LATER),
    }
)
"""Every published code but 200, success."""

_UNKNOWN = Kind(RenderbusError, "Renderbus refused.", _SUPPORT)
_ACCOUNT = Kind(AccountProblem, "Renderbus has a problem with the account.", _PAGES)


def error_for(code: int, words: str, request_id: str = "") -> RenderbusError:
    """The error for a code. `words`: what the farm said, already without secrets; codes in ours, words in theirs."""
    account = 800 <= code <= 815 or 900 <= code <= 920
    kind = CODES.get(code, _ACCOUNT if account else _UNKNOWN)
    words = " ".join(words.split())
    if len(words) > LONGEST_WORDS:
        words = words[:LONGEST_WORDS] + "…"
    said = f'It said: "{words}" (code {code}' if words else f"(code {code}"
    named = f", request {request_id})." if request_id else ")."
    return kind.error(f"{kind.what} {said}{named}", kind.fix, code=code, request_id=request_id)
