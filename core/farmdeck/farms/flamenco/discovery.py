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
MOST = 200
"""So many answers are looked at: anybody can answer, and as often as they like."""

_DESCRIPTION = "/upnp/description.xml"
_SEARCH = "\r\n".join(
    ["M-SEARCH * HTTP/1.1", f"HOST: {GROUP[0]}:{GROUP[1]}", 'MAN: "ssdp:discover"', "MX: 1", f"ST: {SERVICE}", "", ""]
).encode("ascii")


def find(seconds: float, group: tuple[str, int] = GROUP) -> list[Nearby]:
    """Managers that answer within so many seconds, by address; [] also where the network lets no multicast through.

    Two thirds of the time go to listening, one third to asking those that were heard for their names. `group` is where
    the search is sent.
    """
    heard = together(_heard(seconds * 2 / 3, group))
    if not heard:
        return []
    with ThreadPoolExecutor(max_workers=8) as pool:
        found = pool.map(lambda each: _first_answering(each, seconds / 3), heard)
        return sorted((each for each in found if each is not None), key=lambda each: each.address)


def together(heard: Iterable[tuple[str, str]]) -> list[list[str]]:
    """The addresses of each Manager, the best first: answers that share an address are one Manager's.

    `heard`: who answered, and an address.
    """
    told: dict[tuple[str, int | None], set[str]] = {}
    for sender, address in heard:
        told.setdefault((sender, urlsplit(address).port), set()).add(address)
    found: list[set[str]] = []
    for addresses in told.values():
        same = [each for each in found if each & addresses]
        found = [each for each in found if each not in same] + [addresses.union(*same)]
    return [sorted(each, key=_order) for each in found]


def _order(address: str) -> tuple[bool, bool, str]:
    """First what other machines can use as well, then what is easier to read."""
    host = ipaddress.ip_address(urlsplit(address).hostname or "")
    return host.is_loopback or host.is_link_local, host.version == 6, address


def _heard(seconds: float, group: tuple[str, int]) -> Iterator[tuple[str, str]]:
    """Who answers a search, and with which address."""
    until = time.monotonic() + seconds
    count = 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 2)
        ask_at = time.monotonic()
        while (now := time.monotonic()) < until and count < MOST:
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
                count += 1
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

    An address is taken only when it is in a private network or the sender's own: nobody shall send us elsewhere. This
    machine's own address, which every Manager names too, means this machine only when the answer came from it.
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
    if host.is_loopback:
        return address if ipaddress.ip_address(sender).is_loopback else ""
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
        return Nearby(f"{address}/", f"{version.name or 'Flamenco'} ({version.shortversion or version.version})")
    return None
