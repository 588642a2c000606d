"""Managers on the local network, found as Flamenco's workers find theirs: SSDP (UPnP's discovery), over multicast UDP.

Flamenco 3.9-beta1, internal/upnp_ssdp: a Manager answers searches for its service type, and says where its description
lies; that is beside its API.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from ..._errors import BadInput, FarmError
from ...farm import Nearby
from .client import Client
from .connection import read_address

GROUP = ("239.255.255.250", 1900)
SERVICE = "urn:flamenco:manager:0"
AGAIN = 1.0
"""Seconds between two searches: what is sent by UDP may be lost."""
MOST = 64
"""So many addresses are looked at: nobody has more Managers, but anybody can answer."""

_DESCRIPTION = "/upnp/description.xml"
_SEARCH = "\r\n".join(
    ["M-SEARCH * HTTP/1.1", f"HOST: {GROUP[0]}:{GROUP[1]}", 'MAN: "ssdp:discover"', "MX: 1", f"ST: {SERVICE}", "", ""]
).encode("ascii")


def find(seconds: float, group: tuple[str, int] = GROUP) -> list[Nearby]:
    """Managers that answer within so many seconds, by address; [] also where the network lets no multicast through.

    Two thirds of the time go to listening, one third to asking those that were heard for their names. `group` is where
    the search is sent.
    """
    addresses: dict[tuple[str, int], list[str]] = {}
    for sender, address in _heard(seconds * 2 / 3, group):
        known = addresses.setdefault((sender, urlsplit(address).port or 0), [])
        if address not in known and sum(map(len, addresses.values())) < MOST:
            known.append(address)
            known.sort(key=lambda each: urlsplit(each).hostname != sender)  # the way that worked comes first
    if not addresses:
        return []
    with ThreadPoolExecutor(max_workers=8) as pool:
        found = pool.map(lambda each: _first_answering(each, seconds / 3), addresses.values())
        return sorted({each for each in found if each is not None}, key=lambda each: each.address)


def _heard(seconds: float, group: tuple[str, int]) -> Iterator[tuple[str, str]]:
    """Who answers a search, and with which address."""
    until = time.monotonic() + seconds
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 2)
        ask_at = time.monotonic()
        while (now := time.monotonic()) < until:
            if now >= ask_at:
                _search(line, group)
                ask_at = now + AGAIN
            line.settimeout(max(0.01, min(until, ask_at) - now))
            try:
                answer, (sender, *_) = line.recvfrom(8192)
            except OSError:  # nothing came; or, on Windows, word that nobody listens there
                continue
            address = read_answer(answer, sender)
            if address:
                yield sender, address


def _search(line: socket.socket, group: tuple[str, int]) -> None:
    """Send the search into every network of this machine."""
    for own in _own_addresses():
        try:
            line.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(own))
            line.sendto(_SEARCH, group)
        except OSError:  # that network takes no multicast
            continue


def _own_addresses() -> Iterable[str]:
    try:
        named = socket.gethostbyname_ex(socket.gethostname())[2]
    except OSError:
        named = []
    return ["0.0.0.0", *named]  # the first: whichever network the system prefers


def read_answer(answer: bytes, sender: str) -> str:
    """The Manager's address in an answer to a search; "" when it is something else's.

    An address is taken only when it is in a private network or the sender's own: nobody shall send us elsewhere.
    """
    lines = answer.decode("utf-8", errors="replace").splitlines()
    if not lines or not re.match(r"HTTP/1\.\d 200\b", lines[0]):
        return ""
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    if headers.get("st") != SERVICE:
        return ""
    try:
        address = read_address(headers.get("location", "").removesuffix(_DESCRIPTION))
        host = ipaddress.ip_address(urlsplit(address).hostname or "")
    except (BadInput, ValueError):
        return ""
    return address if host.is_private or str(host) == sender else ""


def _first_answering(addresses: Iterable[str], seconds: float) -> Nearby | None:
    """The first of one Manager's addresses that leads to it from here."""
    for address in addresses:
        client = Client(address, timeout=(seconds, seconds), repeats=0)
        try:
            version = client.version()
        except FarmError:
            continue
        finally:
            client.close()
        return Nearby(f"{address}/", f"{version.name or 'Flamenco'} ({version.version})")
    return None
