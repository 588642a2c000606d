"""Managers on the local network: answers to a search are read, judged, and asked for their names."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from farmdeck.farm import Nearby
from farmdeck.farms.flamenco.discovery import SERVICE, find, read_answer, together
from hypothesis import given
from hypothesis import strategies as st

from tests.simulator.flamenco import Manager

SECONDS = 6.0
"""A search lasts as long as it was told: enough for answers from this machine, however busy it is."""


def answer(location: str, service: str = SERVICE, first: str = "HTTP/1.1 200 OK") -> bytes:
    """As a Manager's library writes it: in any order."""
    fields = {
        "SERVER": "Linux/5 UPnP/1.1 gossdp/0.1",
        "ST": service,
        "USN": "uuid:aa80bc5f-d0af-46b8-8630-23bd7e80ec4d::urn:flamenco:manager:0",
        "LOCATION": location,
        "CACHE-CONTROL": "max-age=3600",
        "EXT": "",
    }
    return "\r\n".join([first, *(f"{name}: {value}" for name, value in fields.items()), "", ""]).encode()


@contextmanager
def responding(*answers: bytes) -> Iterator[tuple[str, int]]:
    """Something that answers each search with all of these."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))
        ended = threading.Event()

        def respond() -> None:
            while True:
                search, sender = line.recvfrom(4096)
                if ended.is_set():
                    return
                assert search.startswith(b"M-SEARCH * HTTP/1.1\r\n") and SERVICE.encode() in search
                for each in answers:
                    line.sendto(each, sender)

        thread = threading.Thread(target=respond)
        thread.start()
        try:
            yield line.getsockname()
        finally:
            ended.set()
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
                waker.sendto(b"", line.getsockname())
            thread.join()


def test_a_manager_is_found_once_and_named(tmp_path: Path) -> None:
    with Manager(tmp_path / "farm", auto=False) as farm:
        address = farm.url
        locations = [f"{address}upnp/description.xml", "http://[::1]:1/upnp/description.xml"]
        others = [answer("http://127.0.0.1:1/x", "urn:printer:1"), answer("http://8.8.8.8:80/upnp/description.xml")]
        with responding(*map(answer, locations), *others, b"\xff\x00") as group:
            assert find(SECONDS, group) == [Nearby(address, "Simulated (3.9.0)")]


def test_nobody_answers() -> None:
    with responding() as group:
        assert find(0.1, group) == []


def test_what_answers_but_is_no_manager() -> None:
    with responding(answer("http://127.0.0.1:1/upnp/description.xml")) as group:
        assert find(0.5, group) == []


def test_answers_that_share_an_address_are_one_managers() -> None:
    here, lan, six = "http://127.0.0.1:8080", "http://192.168.1.5:8080", "http://[fd00::2]:8080"
    heard = [("127.0.0.1", here), ("192.168.1.5", six), ("127.0.0.1", lan), ("192.168.1.5", lan), ("127.0.0.1", lan)]
    assert together(heard) == [[lan, six, here]]
    assert together([("192.168.1.5", lan), ("192.168.1.6", "http://192.168.1.6:8080")]) == [
        [lan],
        ["http://192.168.1.6:8080"],
    ]
    two = [("192.168.1.5", lan), ("192.168.1.5", "http://192.168.1.5:8081")]
    assert together(two) == [[lan], ["http://192.168.1.5:8081"]]


@pytest.mark.parametrize(
    ("location", "sender", "address"),
    [
        ("http://192.168.1.5:8080/upnp/description.xml", "192.168.1.5", "http://192.168.1.5:8080"),
        ("http://192.168.1.5:8080/upnp/description.xml", "192.168.1.6", "http://192.168.1.5:8080"),
        ("http://[fd00::2]:8080/upnp/description.xml", "192.168.1.6", "http://[fd00::2]:8080"),
        ("http://131.155.2.3:8080/upnp/description.xml", "131.155.2.3", "http://131.155.2.3:8080"),
        ("http://131.155.2.3:8080/upnp/description.xml", "192.168.1.6", ""),
        ("http://127.0.0.1:8080/upnp/description.xml", "192.168.1.6", ""),
        ("http://127.0.0.1:8080/upnp/description.xml", "127.0.0.1", "http://127.0.0.1:8080"),
        ("http://farm.example:8080/upnp/description.xml", "192.168.1.6", ""),
        ("file:///etc/passwd", "192.168.1.6", ""),
        ("", "192.168.1.6", ""),
    ],
)
def test_which_addresses_are_believed(location: str, sender: str, address: str) -> None:
    assert read_answer(answer(location), sender) == address


def test_what_is_no_answer() -> None:
    location = "http://192.168.1.5:8080/upnp/description.xml"
    assert read_answer(answer(location, first="NOTIFY * HTTP/1.1"), "192.168.1.5") == ""
    assert read_answer(answer(location, service="urn:printer:1"), "192.168.1.5") == ""


@given(st.binary(max_size=200) | st.text(max_size=60).map(lambda text: answer(text)))
def test_any_answer_is_taken(packet: bytes) -> None:
    found = read_answer(packet, "192.168.1.5")
    assert found == "" or found.startswith("http")
