"""The wire: what is repeated, cancellation, clocks, unreadable answers, and secrets that stay inside."""

from __future__ import annotations

import logging
import pickle
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from farmdeck._errors import BadInput, Cancelled, FarmUnreachable
from farmdeck.farm import Watch
from farmdeck.farms.renderbus.connection import LONGEST_WAIT, REPEATS, Connection, fresh_nonce
from farmdeck.farms.renderbus.dialects import CALLS, CURRENT, V3
from farmdeck.farms.renderbus.errors import (
    AnswerLost,
    BadParameter,
    ClockWrong,
    NotFound,
    NotInDialect,
    RenderbusError,
    ServerDown,
    ServerTrouble,
    SignatureRefused,
    Unreachable,
    UnreadableAnswer,
    WrongServer,
)

from tests.farms.renderbus.stub import ACCESS_ID, ACCESS_KEY, Reply, Stub, Turns, refusal, serving

Connect = Callable[..., Connection]
PROFILE = CALLS["profile"].current or ""
CREATE = CALLS["create_task"].current or ""
DROP = Reply(drop=True)
DOWN = Reply(status=503, content=b"<html>busy</html>", content_type="text/html")


def test_data_comes_back_and_the_headers_are_as_documented(stub: Stub, connect: Connect) -> None:
    stub.says[PROFILE] = {"userId": 5}
    assert connect().call("profile") == {"userId": 5}
    headers = stub.journal[0].headers
    assert (headers["channel"], headers["platform"], headers["version"]) == ("4", "2", "2.0.0")
    assert headers["languageFlag"] == "1"  # not the farm for China
    assert headers["accessId"] == ACCESS_ID and stub.journal[0].body == {}


def test_v3_has_its_own_version_and_no_language(stub: Stub, connect: Connect) -> None:
    stub.says[CALLS["profile"].v3 or ""] = {"userId": 5}
    assert connect("v3").call("profile") == {"userId": 5}
    assert stub.journal[0].headers["version"] == "1.0.0" and "languageFlag" not in stub.journal[0].headers


def test_what_cannot_be_signed_is_never_sent(stub: Stub, connect: Connect) -> None:
    with pytest.raises(BadInput, match="cannot be signed"):
        connect().call("create_task", {"count": 1.0})
    assert stub.journal == []


def test_one_connection_is_kept_open(stub: Stub, connect: Connect) -> None:
    stub.says[PROFILE] = {}
    connection = connect()
    for _ in range(5):
        connection.call("profile")
    assert len(stub.peers) == 1


def test_many_threads_share_a_connection(stub: Stub, connect: Connect) -> None:
    stub.says[PROFILE] = {"userId": 1}
    connection, answers = connect(), []

    def work() -> None:
        for _ in range(10):
            answers.append(connection.call("profile"))  # noqa: PERF401 - from many threads

    threads = [threading.Thread(target=work, name=f"farmdeck-test-{number}") for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [{"userId": 1}] * 80
    nonces = [request.headers["nonce"] for request in stub.journal]
    assert len(set(nonces)) == 80


def test_no_nonce_comes_twice() -> None:
    nonces = [fresh_nonce() for _ in range(50_000)]
    assert len(set(nonces)) == len(nonces)
    assert all(len(nonce) == 9 and nonce.isdigit() for nonce in nonces)
    steps = {int(b) - int(a) for a, b in zip(nonces[:50], nonces[1:51])}
    assert all(abs(step) > 1 for step in steps)


# --- what is repeated ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("trouble", [DROP, DOWN, Reply(status=502), Reply(content=b'{"co', promise=10)])
def test_a_safe_call_survives_trouble(trouble: Reply, stub: Stub, connect: Connect) -> None:
    stub.says[PROFILE] = Turns(trouble, trouble, {"userId": 5})
    assert connect().call("profile") == {"userId": 5}
    assert len(stub.journal) == 3


@pytest.mark.parametrize(("trouble", "kind"), [(DROP, Unreachable), (DOWN, ServerDown)])
def test_a_safe_call_gives_up_in_the_end(trouble: Reply, kind: type[Exception], stub: Stub, connect: Connect) -> None:
    stub.says[PROFILE] = trouble
    with pytest.raises(kind):
        connect().call("profile")
    assert len(stub.journal) == 1 + REPEATS


@pytest.mark.parametrize("name", [name for name, row in CALLS.items() if not row.repeatable])
@pytest.mark.parametrize("trouble", [DROP, DOWN, Reply(content=b"<html>"), Reply(content=b'{"code": 200}')])
def test_an_unsafe_call_is_made_once(trouble: Reply, name: str, stub: Stub, connect: Connect) -> None:
    stub.says[CALLS[name].current or ""] = trouble
    with pytest.raises(AnswerLost, match="may have been done"):
        connect().call(name, {})
    assert len(stub.journal) == 1


def test_an_unsafe_call_that_never_left_is_not_lost(stub: Stub) -> None:
    connection = Connection("127.0.0.1:1", ACCESS_ID, ACCESS_KEY, 2, "current", protocol="http", first_wait=0.001)
    with pytest.raises(Unreachable, match="cannot be reached") as caught:
        connection.call("create_task", {"count": 1})
    assert not caught.value.sent and isinstance(caught.value, FarmUnreachable)


def test_the_calls_that_are_never_repeated() -> None:
    unsafe = {name for name, row in CALLS.items() if not row.repeatable}
    assert unsafe == {
        "create_task", "submit_task", "start_tasks", "full_speed", "retry_failed", "retry_frames",
        "add_label", "add_task_tag", "add_env",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("code", "kind"), [(500, ServerTrouble), (600, BadParameter), (611, SignatureRefused), (4711, RenderbusError)]
)
@pytest.mark.parametrize("name", ["profile", "create_task"])
def test_what_the_farm_says_itself_costs_one_request(
    name: str, code: int, kind: type[RenderbusError], stub: Stub, connect: Connect
) -> None:
    stub.says[CALLS[name].current or ""] = refusal(code, "because of that", requestId="r-77")
    with pytest.raises(kind, match="because of that") as caught:
        connect().call(name, {})
    assert len(stub.journal) == 1
    assert (caught.value.code, caught.value.request_id) == (code, "r-77")


def test_waits_grow_and_are_short(stub: Stub, connect: Connect) -> None:
    times: list[float] = []

    def busy(body: dict[str, Any]) -> Reply:
        times.append(time.monotonic())
        return DOWN

    stub.says[PROFILE] = busy
    with pytest.raises(ServerDown):
        connect(first_wait=0.05).call("profile")
    waits = [later - earlier for earlier, later in zip(times, times[1:])]
    assert waits[0] >= 0.05 and waits[1] >= 0.1 and waits[2] >= 0.2 and sum(waits) < 3


# --- stopping --------------------------------------------------------------------------------------------------------


def test_a_cancelled_call_is_not_sent(stub: Stub, connect: Connect) -> None:
    watch = Watch()
    watch.cancel()
    with pytest.raises(Cancelled):
        connect().call("profile", watch=watch)
    assert stub.journal == []


@pytest.mark.parametrize("by", ["watch", "close"])
def test_stop_ends_the_wait_for_the_next_attempt_at_once(by: str, stub: Stub, connect: Connect) -> None:
    waiting = threading.Event()

    class Listening(Watch):
        looks = 0

        def check(self) -> None:
            self.looks += 1
            if self.looks == 2:  # the first look was before the request, the second one begins the wait
                waiting.set()
            super().check()

    def stop() -> None:
        waiting.wait(10)
        watch.cancel() if by == "watch" else connection.close()

    watch = Listening()
    connection = connect(first_wait=60.0)
    stub.says[PROFILE] = DOWN
    stopper = threading.Thread(target=stop, name="farmdeck-test-stopper")
    stopper.start()
    began = time.monotonic()
    with pytest.raises(Cancelled):
        connection.call("profile", watch=watch)
    assert time.monotonic() - began < LONGEST_WAIT - 0.5
    stopper.join()
    assert len(stub.journal) == 1


def test_a_silent_server_ends_with_the_timeout(stub: Stub, connect: Connect) -> None:
    hold = threading.Event()
    stub.says[CREATE] = lambda body: DROP if hold.wait(10) else DROP
    with pytest.raises(AnswerLost) as caught:
        connect(timeout=(5.0, 0.1)).call("create_task", {"count": 1})
    hold.set()
    assert "too long" in str(caught.value.__cause__)


# --- clocks ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ahead", [-86_400.0, 3_600.0])
def test_a_wrong_clock_is_corrected_once_and_for_all(ahead: float, stub: Stub, connect: Connect) -> None:
    stub.ahead = ahead
    stub.says[PROFILE] = {"userId": 5}
    connection = connect()
    assert connection.call("profile") == {"userId": 5}
    assert len(stub.journal) == 2
    assert connection.clock_offset == pytest.approx(ahead, abs=30)
    connection.call("profile")
    assert len(stub.journal) == 3


def test_a_clock_that_stays_wrong_is_said(stub: Stub, connect: Connect) -> None:
    stub.says[PROFILE] = refusal(610, "signature_expired", serverTime=1_000_000_000_000)
    connection = connect()
    with pytest.raises(ClockWrong, match="Set the clock"):
        connection.call("profile")
    assert len(stub.journal) == 2 and connection.clock_offset == 0.0


@pytest.mark.parametrize("server_time", [None, "", "soon", 0, -5, True, [], float("inf")])
def test_without_the_time_there_is_no_second_try(server_time: Any, stub: Stub, connect: Connect) -> None:
    stub.says[PROFILE] = refusal(610, "signature_expired", serverTime=server_time)
    with pytest.raises(ClockWrong):
        connect().call("profile")
    assert len(stub.journal) == 1


def test_a_wrong_clock_never_makes_two_tasks(stub: Stub, connect: Connect) -> None:
    stub.ahead = 3_600.0
    stub.says[CREATE] = {"taskIdList": [1]}
    connection = connect()
    with pytest.raises(ClockWrong):
        connection.call("create_task", {"count": 1})
    assert len(stub.journal) == 1
    assert connection.call("create_task", {"count": 1}) == {"taskIdList": [1]}  # the person tries again, and it works


# --- answers that make no sense --------------------------------------------------------------------------------------

NONSENSE = {
    "html": Reply(content=b"<html>Log in to the hotel's network</html>", content_type="text/html"),
    "nothing": Reply(),
    "truncated": Reply(content=b'{"code": 200, "data": [1, 2'),
    "no data": Reply(content=b'{"code": 200, "message": "success"}'),
    "a list": Reply(content=b"[]"),
    "a number": Reply(content=b"200"),
    "null": Reply(content=b"null"),
    "no code": Reply(content=b'{"data": {}}'),
    "code is null": Reply(content=b'{"code": null, "data": {}}'),
    "code is a list": Reply(content=b'{"code": [200], "data": {}}'),
    "not text": Reply(content=b"\xff\xfe\xfa{}"),
    "deep": Reply(content=b"[" * 100_000),
}


@pytest.mark.parametrize("reply", NONSENSE.values(), ids=NONSENSE)
def test_nonsense_is_said_in_a_sentence(reply: Reply, stub: Stub, connect: Connect) -> None:
    stub.says[PROFILE] = reply
    with pytest.raises(UnreadableAnswer, match="gave an answer that") as caught:
        connect().call("profile")
    assert len(stub.journal) == 1 and isinstance(caught.value, FarmUnreachable)


def test_a_code_may_come_as_text(stub: Stub, connect: Connect) -> None:
    stub.says[PROFILE] = Turns(Reply(content=b'{"code": "200", "data": 7}'), Reply(content=b'{"code": "404"}'))
    connection = connect()
    assert connection.call("profile") == 7
    with pytest.raises(NotFound):
        connection.call("profile")


def test_null_is_an_answer(stub: Stub, connect: Connect) -> None:
    stub.says[PROFILE] = None
    assert connect().call("profile") is None


def test_nobody_is_followed_elsewhere(stub: Stub, connect: Connect) -> None:
    """A redirection would carry signature and access id to another server."""
    stub.says[PROFILE] = Reply(status=302, headers={"Location": f"http://{stub.domain}/elsewhere"})
    with pytest.raises(WrongServer):
        connect().call("profile")
    assert stub.paths() == [PROFILE]


def test_cookies_are_not_kept(stub: Stub, connect: Connect) -> None:
    stub.says[PROFILE] = Reply(content=b'{"code": 200, "data": 1}', headers={"Set-Cookie": "a=b"})
    connection = connect()
    connection.call("profile")
    connection.call("profile")  # the stub refuses a request with a cookie


def test_netrc_and_proxy_stay_out_of_it(
    stub: Stub, connect: Connect, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    stub.says[PROFILE] = {"userId": 5}
    assert connect().call("profile") == {"userId": 5}  # the stub refuses a request with an Authorization


def test_a_strange_certificate_is_refused() -> None:
    """A server that speaks TLS, with a certificate for its address that nobody vouches for."""
    with serving(Path(__file__).with_name("strange_certificate.pem")) as server:
        server.says[PROFILE] = {"userId": 5}
        connection = Connection(server.domain, ACCESS_ID, ACCESS_KEY, 2, "current", first_wait=0.001)
        with pytest.raises(Unreachable, match="certificate") as caught:
            connection.call("profile")
        connection.close()
        assert not caught.value.sent and server.journal == []


def test_a_certificate_that_the_studio_vouches_for_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = Path(__file__).with_name("strange_certificate.pem")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with serving(certificate) as server:
        server.says[PROFILE] = {"userId": 5}
        connection = Connection(server.domain, ACCESS_ID, ACCESS_KEY, 2, "current", first_wait=0.001)
        assert connection.call("profile") == {"userId": 5}
        connection.close()


def test_a_server_without_tls_gets_nothing(stub: Stub) -> None:
    connection = Connection(stub.domain, ACCESS_ID, ACCESS_KEY, 2, "current", first_wait=0.001)
    with pytest.raises(Unreachable):  # the stub does not speak TLS
        connection.call("profile")
    assert stub.journal == []


# --- dialects --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["code", "http"])
@pytest.mark.parametrize("dialect", [V3, CURRENT], ids=lambda dialect: dialect.name)
def test_an_unset_dialect_is_found_out_once(dialect: Any, missing: str, stub: Stub, connect: Connect) -> None:
    if missing == "http":
        stub.says[PROFILE] = Reply(status=404, content=b"<html>no such page</html>")
    stub.says[CALLS["profile"].path(dialect)] = {"userId": 5}
    connection = connect("")
    assert connection.dialect() is dialect
    asked = len(stub.journal)
    assert connection.call("profile") == {"userId": 5}
    assert asked == (1 if dialect is CURRENT else 2) and len(stub.journal) == asked + 1


def test_a_server_of_another_kind_is_named(stub: Stub, connect: Connect) -> None:
    with pytest.raises(WrongServer, match="not as Renderbus does"):
        connect("").call("task_list", {})
    assert len(stub.journal) == 2


def test_a_wrong_key_is_no_question_of_dialect(stub: Stub, connect: Connect) -> None:
    with pytest.raises(SignatureRefused):
        connect("", access_key="another").call("profile")
    assert len(stub.journal) == 1


def test_a_missing_call_is_said_before_anything_is_sent(stub: Stub, connect: Connect) -> None:
    with pytest.raises(NotInDialect, match="2018 protocol.*list output files"):
        connect("v3").call("output_files", {})
    assert stub.journal == []


def test_every_row_is_whole() -> None:
    for name, row in CALLS.items():
        assert row.name == name and row.current and row.asks and not row.asks.endswith(".")
        for path in (row.current, row.v3):
            assert path is None or path.startswith("/api/render")
    paths = [row.current for row in CALLS.values()] + [row.v3 for row in CALLS.values() if row.v3]
    assert len(set(paths)) == len(paths) - 2  # platforms and priority live at one path in both


# --- what the account says -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"domain": "https://task.renderbus.com"},
        {"domain": "task.renderbus.com/api"},
        {"domain": ""},
        {"domain": "a b"},
        {"domain": "user@host"},
        {"access_id": ""},
        {"access_id": "schlüssel"},
        {"access_id": "two\nlines"},
        {"platform": "w2"},
        {"platform": ""},
        {"dialect": "v4"},
        {"protocol": "ftp"},
        {"protocol": "http"},  # in the open, to another machine
    ],
)
def test_a_setting_that_cannot_work_is_said_at_once(wrong: dict[str, Any]) -> None:
    good = {"domain": "task.renderbus.com", "access_id": "AKID", "access_key": "k", "platform": 2}
    Connection(**good)
    with pytest.raises(BadInput):
        Connection(**{**good, **wrong})


def test_a_domain_is_signed_as_it_arrives(stub: Stub) -> None:
    port = stub.domain.split(":")[1]
    stub.says[PROFILE] = 1
    connection = Connection(f" LocalHost:{port} ", ACCESS_ID, ACCESS_KEY, "2", "current", protocol="http")
    assert connection.call("profile") == 1
    connection.close()


def test_the_key_is_asked_for_late_and_once(stub: Stub, connect: Connect) -> None:
    asked: list[int] = []
    stub.says[PROFILE] = 1

    def key() -> str:
        asked.append(1)
        return ACCESS_KEY + "\n"

    connection = connect(access_key=key)
    assert asked == []
    connection.call("profile")
    connection.call("profile")
    assert asked == [1]


def test_a_refused_key_is_asked_for_again(stub: Stub, connect: Connect) -> None:
    keys = iter(["wrong-key", ACCESS_KEY])
    stub.says[PROFILE] = 1
    connection = connect(access_key=lambda: next(keys))
    with pytest.raises(SignatureRefused):
        connection.call("profile")
    assert connection.call("profile") == 1


def test_without_a_key_nothing_is_sent(stub: Stub, connect: Connect) -> None:
    with pytest.raises(BadInput, match="no access key"):
        connect(access_key=lambda: " ").call("profile")
    assert stub.journal == []


# --- secrets ---------------------------------------------------------------------------------------------------------


def test_no_secret_is_in_a_log_a_repr_or_an_error(
    stub: Stub, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    learnt = "raysync-key-of-the-test"
    connection = connect()
    connection.keep_secret(learnt)
    told: list[str] = []

    def echo(body: dict[str, Any]) -> Reply:
        sent = stub.journal[-1].headers["signature"]
        told.append(sent)
        words = f"{ACCESS_KEY} {ACCESS_ID} {sent} {learnt} {body['searchKeyword']}"
        return refusal(600, words, requestId=f"r-{ACCESS_KEY}")

    stub.says[CALLS["task_list"].current or ""] = echo
    with pytest.raises(BadParameter) as caught:
        connection.call("task_list", {"searchKeyword": "shot_010"})
    stub.says[PROFILE] = DROP
    with pytest.raises(Unreachable) as broken:
        connection.call("profile")
    shown = [caplog.text, repr(connection), str(vars(caught.value)), repr(caught.value)]
    shown += ["".join(traceback.format_exception(error.value)) for error in (caught, broken)]
    everything = "\n".join(shown)
    for secret in (ACCESS_KEY, ACCESS_ID, learnt, told[0], *(r.headers["signature"] for r in stub.journal)):
        assert secret not in everything
    assert "shot_010" in str(caught.value)  # the farm's own words are still there
    assert "POST /api/render/handle/getTaskList/v2: 600 in" in caplog.text
    assert "shot_010" not in caplog.text  # nor is a body logged


def test_an_error_survives_pickling(stub: Stub, connect: Connect) -> None:
    stub.says[PROFILE] = refusal(403, "no", requestId="r-5")
    with pytest.raises(RenderbusError) as caught:
        connect().call("profile")
    again = pickle.loads(pickle.dumps(caught.value))
    assert (type(again), str(again), again.code, again.request_id) == (
        type(caught.value),
        str(caught.value),
        403,
        "r-5",
    )


def test_importing_the_client_brings_no_network_library() -> None:
    code = """
import sys, types
import farmdeck.farms
package = types.ModuleType("farmdeck.farms.renderbus")  # without what the farm itself imports
package.__path__ = [farmdeck.farms.__path__[0] + "/renderbus"]
sys.modules[package.__name__] = package
import farmdeck.farms.renderbus.client
print(sorted({"requests", "urllib3", "tenacity", "asyncio", "http.client"} & set(sys.modules)))
"""
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
