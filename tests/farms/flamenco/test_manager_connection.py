"""The wire to a Manager: addresses, what is asked again and what never is, and errors in words."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from farmdeck._errors import BadInput, Cancelled, FarmError, FarmUnreachable
from farmdeck.farms.flamenco.connection import Connection, read_address
from farmdeck.farms.flamenco.errors import (
    LONGEST_WORDS,
    NotOffered,
    NotThere,
    OddAnswer,
    Refused,
    StaleJobType,
    Trouble,
    Unavailable,
    clean,
)
from hypothesis import given
from hypothesis import strategies as st

from tests.farms.flamenco.manager_stub import Reply, Stub, complaint, serving


@pytest.fixture
def stub() -> Iterator[Stub]:
    with serving() as running:
        yield running


@pytest.fixture
def connect(stub: Stub) -> Iterator[Callable[..., Connection]]:
    """Makes connections to the stub that wait hardly at all; closes them."""
    made: list[Connection] = []

    def make(**more: Any) -> Connection:
        made.append(Connection(stub.address, **{"first_wait": 0.001, **more}))
        return made[-1]

    yield make
    for connection in made:
        connection.close()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("http://farm:8080", "http://farm:8080"),
        ("http://farm:8080/", "http://farm:8080"),
        ("farm:8080", "http://farm:8080"),
        ("farm", "http://farm:8080"),
        (" 192.168.1.5 ", "http://192.168.1.5:8080"),
        ("http://farm", "http://farm"),
        ("https://farm.studio/flamenco/", "https://farm.studio/flamenco"),
        ("http://farm:8080/app/jobs/1234", "http://farm:8080"),
        ("https://studio/flamenco/app/", "https://studio/flamenco"),
        ("http://farm:8080/api/v3/swagger-ui/", "http://farm:8080"),
        ("http://farm:8080/?x=1#y", "http://farm:8080"),
        ("[::1]:8081", "http://[::1]:8081"),
        ("http://[fd00::2]:8080/", "http://[fd00::2]:8080"),
        ("http://application:8080/apples", "http://application:8080/apples"),
    ],
)
def test_an_address_as_people_write_it(typed: str, meant: str) -> None:
    assert read_address(typed) == meant


@pytest.mark.parametrize("typed", ["", "ftp://farm", "http://", "http://a b", "farm:port", "http://[::1", "a/b c:1"])
def test_what_is_no_address_is_said_to_be_none(typed: str) -> None:
    with pytest.raises(BadInput, match="is no address"):
        read_address(typed)


def test_a_log_in_in_an_address_is_not_repeated() -> None:
    with pytest.raises(BadInput) as caught:
        read_address("http://me:secret@farm:8080")
    assert "secret" not in str(caught.value)


@given(st.text(max_size=40))
def test_any_text_is_an_address_or_bad_input(text: str) -> None:
    try:
        address = read_address(text)
    except BadInput:
        return
    assert read_address(address) == address
    assert address.startswith(("http://", "https://")) and not address.endswith("/")


def test_an_answer_comes_back_whole(stub: Stub, connect: Callable[..., Connection]) -> None:
    stub.says["/x"] = {"ä": [1, None]}
    assert connect().ask("/x").json() == {"ä": [1, None]}
    assert stub.journal == [("GET", "/x", b"")]
    assert stub.headers[0]["User-Agent"].startswith("farmdeck/")


@pytest.mark.parametrize("bad", [Reply(drop=True), Reply(content=b"{}", promise=9), complaint(500, "timeout")])
def test_a_question_is_asked_again(stub: Stub, connect: Callable[..., Connection], bad: Reply) -> None:
    stub.says["/x"] = (bad, bad, {"fine": True})
    assert connect().ask("/x").json() == {"fine": True}
    assert stub.times("/x") == 3


def test_a_question_with_a_body_is_asked_again_too(stub: Stub, connect: Callable[..., Connection]) -> None:
    stub.says["/x"] = (Reply(drop=True), {"fine": True})
    assert connect().ask("/x", {"a": 1}).json() == {"fine": True}
    assert stub.journal == [("POST", "/x", b'{"a": 1}')] * 2


def test_a_question_is_not_asked_for_ever(stub: Stub, connect: Callable[..., Connection]) -> None:
    stub.says["/x"] = Reply(drop=True)
    with pytest.raises(FarmUnreachable, match="broke"):
        connect(repeats=2).ask("/x")
    assert stub.times("/x") == 3


@pytest.mark.parametrize("bad", [Reply(drop=True), Reply(content=b"{}", promise=9), complaint(500, "no")])
def test_a_change_whose_answer_is_lost_is_not_made_again(
    stub: Stub, connect: Callable[..., Connection], bad: Reply
) -> None:
    stub.says["/x"] = bad
    with pytest.raises(FarmError):
        connect().tell("/x", {})
    assert stub.times("/x") == 1


def test_a_change_is_made_once_the_manager_is_no_longer_busy(stub: Stub, connect: Callable[..., Connection]) -> None:
    busy = complaint(503, "too busy", Retry_After="0")
    stub.says["/x"] = (busy, busy, busy, busy, busy, busy, Reply(204))
    assert connect().tell("/x", {}, method="DELETE").status == 204
    assert stub.times("/x") == 7


@pytest.mark.parametrize("bad", [Reply(drop=True), complaint(503, "too busy", Retry_After="0"), complaint(500, "no")])
def test_what_is_sent_once_is_sent_once(stub: Stub, connect: Callable[..., Connection], bad: Reply) -> None:
    stub.says["/x"] = bad
    with pytest.raises(FarmError):
        connect().once("/x", {})
    assert stub.times("/x") == 1


def test_a_busy_manager_is_waited_for_as_long_as_it_says(stub: Stub, connect: Callable[..., Connection]) -> None:
    stub.says["/x"] = complaint(503, "too busy", Retry_After="3600")
    with pytest.raises(Unavailable, match="is busy: too busy") as caught:
        connect(patience=10.0).ask("/x")  # an hour is more than anybody waits: it says so at once
    assert caught.value.retry_after == 3600
    assert isinstance(caught.value, FarmUnreachable)
    assert stub.times("/x") == 1


def test_what_is_switched_off_is_not_waited_for(stub: Stub, connect: Callable[..., Connection]) -> None:
    stub.says["/x"] = complaint(503, "shaman server not active")
    with pytest.raises(Unavailable, match="shaman server not active"):
        connect().ask("/x")
    assert stub.times("/x") == 1


def test_closing_ends_a_wait(stub: Stub, connect: Callable[..., Connection]) -> None:
    stub.says["/x"] = complaint(503, "too busy", Retry_After="3000")
    connection = connect(patience=6000.0)
    caught: list[Exception] = []

    def ask() -> None:
        try:
            connection.ask("/x")
        except Cancelled as exc:
            caught.append(exc)

    thread = threading.Thread(target=ask)
    thread.start()
    connection.close()
    thread.join(60)
    assert len(caught) == 1


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (complaint(400, "no frames\n at author (x.js:1)"), Refused, "refuses: no frames at author"),
        (complaint(406, "tag not found"), Refused, "tag not found"),
        (complaint(404, "no such task"), NotThere, "no such task"),
        (complaint(412, "rejecting"), StaleJobType, "out of date: rejecting"),
        (complaint(500, "error fetching job"), Trouble, "in trouble: error fetching job"),
        (Reply(404, b'{"message":"Not Found"}'), NotOffered, "does not offer"),
        (Reply(400, b'{"message":"method not allowed"}'), NotOffered, "does not offer"),
        (Reply(405, b""), NotOffered, "does not offer"),
        (Reply(502, b"<html>Bad Gateway"), FarmUnreachable, "HTTP 502"),
        (Reply(301, b"", {"Location": "http://127.0.0.1:1/"}), OddAnswer, "sends visitors elsewhere"),
        (Reply(500, b'["odd"]'), Trouble, "HTTP 500"),
    ],
)
def test_errors_are_told_apart(
    stub: Stub, connect: Callable[..., Connection], reply: Reply, kind: type[FarmError], words: str
) -> None:
    stub.says["/x"] = reply
    with pytest.raises(kind, match=words) as caught:
        connect(repeats=0).ask("/x")
    assert caught.value.fix.endswith(".")


def test_no_manager_there() -> None:
    with serving() as gone:
        address = gone.address
    connection = Connection(address, first_wait=0.001)
    with pytest.raises(FarmUnreachable, match="No Manager can be reached at 127.0.0.1"):
        connection.ask("/x")
    connection.close()


def test_a_silent_manager(stub: Stub, connect: Callable[..., Connection]) -> None:
    release = threading.Event()

    class Late(Reply):
        @property
        def drop(self) -> bool:  # type: ignore[override]
            release.wait(60)
            return True

        @drop.setter
        def drop(self, value: bool) -> None:
            pass

    stub.says["/x"] = Late()
    try:
        with pytest.raises(FarmUnreachable, match="took too long"):
            connect(timeout=(60.0, 0.05), repeats=0).ask("/x")
    finally:
        release.set()


def test_an_endless_answer_is_not_read_to_its_end(stub: Stub, connect: Callable[..., Connection]) -> None:
    stub.says["/x"] = Reply(content=b" " * 3_000_000)
    with pytest.raises(OddAnswer, match="more than 1 MB"):
        connect().ask("/x", largest=1024 * 1024)
    assert stub.times("/x") == 1


@pytest.mark.parametrize("content", [b"<html>Log in", b"{", b"[" * 200_000, b"\xff\xfe"])
def test_what_is_no_json_is_odd(stub: Stub, connect: Callable[..., Connection], content: bytes) -> None:
    stub.says["/x"] = Reply(content=content)
    with pytest.raises(OddAnswer, match="no JSON"):
        connect().ask("/x").json()


@pytest.mark.parametrize("path", ["@127.0.0.1:1/x", ".evil.example/x", "http://127.0.0.1:1/", ""])
def test_a_path_from_the_manager_never_leads_to_another_host(
    stub: Stub, connect: Callable[..., Connection], path: str
) -> None:
    with pytest.raises(OddAnswer, match="is no path"):
        connect().ask(path)
    assert not stub.journal


def test_many_threads_at_once(stub: Stub, connect: Callable[..., Connection]) -> None:
    stub.says.update({f"/{number}": {"number": number} for number in range(40)})
    connection = connect()
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda n=number: found.append(connection.ask(f"/{n}").json()["number"]))
        for number in range(40)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(found) == list(range(40))


@given(st.text(max_size=3 * LONGEST_WORDS))
def test_a_managers_words_become_one_line(words: str) -> None:
    line = clean(words)
    assert len(line) <= LONGEST_WORDS + 1
    assert line.isprintable() or not any(mark in line for mark in "\n\r\t\x1b\u2028\u202e")
