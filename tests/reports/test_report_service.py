"""One report sent to a simulated service: taken, refused, surely not taken, or nobody knows."""

from __future__ import annotations

import socket
import threading

import pytest
from farmdeck.reports import Came, Credentials, Outcome, ReportSettings, Service, body, service_fields

from tests.simulator.stratuscore import Fault, StratusCore, answer

from .conftest import ID, KEY, report, settings_for

WHO = Credentials(ID, KEY)


def sent(known: ReportSettings, who: Credentials = WHO) -> Came:
    return Service(known).send(body(service_fields(report(), known), who, known.format), who)


def send(service: StratusCore, who: Credentials = WHO, **values: object) -> Came:
    known = settings_for(service, email="a@b", **values)
    came = sent(known, who)
    assert not [secret for secret in (ID, KEY) if secret in came.message]
    return came


@pytest.mark.parametrize("format", ["json", "xml"])
def test_taken(service: StratusCore, format: str):
    assert send(service, format=format) == Came(Outcome.TAKEN, "Success")
    assert [one.content_type for one in service.received] == [f"application/{format}; charset=utf-8"]
    (taken,) = service.taken
    assert (taken["MissionId"], taken["RunDate"], taken["CreditsUsed"]) == ("h7pkp6ky", "2025-12-04 06:57:36", None)


@pytest.mark.parametrize("format", ["json", "xml"])
def test_a_wrong_key_is_said_in_the_services_words(service: StratusCore, format: str):
    came = send(service, Credentials(ID, "other"), format=format)
    assert came.outcome is Outcome.REFUSED
    assert "code 11: unknown Id or Key." in came.message


@pytest.mark.parametrize(
    ("fault", "outcome", "said"),
    [
        (Fault("answer", said=answer("50", "No such e-mail", False)), Outcome.REFUSED, "code 50: No such e-mail."),
        (Fault("answer", said=answer("50", "", True)), Outcome.REFUSED, "code 50: it gives no reason."),
        (Fault("status", 400, answer("51", "Bad date!", False)), Outcome.REFUSED, "code 51: Bad date!"),
        (Fault("status", 500, answer("52", "x", False)), Outcome.REFUSED, "code 52: x."),
        (Fault("status", 400), Outcome.REFUSED, "HTTP 400. Look at what would be sent"),
        (Fault("status", 401), Outcome.REFUSED, "HTTP 401. Check the Id and the Key"),
        (Fault("status", 403), Outcome.REFUSED, "Check the Id and the Key"),
        (Fault("status", 404), Outcome.REFUSED, "HTTP 404. Check reports.address"),
        (Fault("status", 302, headers={"Location": "/elsewhere"}), Outcome.REFUSED, "HTTP 302. Check reports.address"),
        (Fault("status", 503), Outcome.AWAY, "busy (HTTP 503)"),
        (Fault("status", 429), Outcome.AWAY, "busy (HTTP 429)"),
        (Fault("status", 503, answer("00", "Success", False)), Outcome.AWAY, "busy"),
        (Fault("status", 500), Outcome.LOST, "cannot be understood (HTTP 500)"),
        (Fault("status", 502), Outcome.LOST, "cannot be understood (HTTP 502)"),
        (Fault("status", 504), Outcome.LOST, "cannot be understood (HTTP 504)"),
        (Fault("status", 500, answer("00", "Success", False)), Outcome.LOST, "cannot be understood"),
        (Fault("answer"), Outcome.LOST, "cannot be understood (HTTP 200)"),
        (Fault("answer", said=b" " * 70_000 + answer("00", "", False)), Outcome.LOST, "cannot be understood"),
        (Fault("cut before"), Outcome.LOST, "the answer was lost"),
        (Fault("cut after"), Outcome.LOST, "the answer was lost"),
    ],
    ids=lambda value: f"{value.kind}-{value.status}" if isinstance(value, Fault) else None,
)
def test_what_came_of_it(service: StratusCore, fault: Fault, outcome: Outcome, said: str):
    service.faults = [fault]
    came = send(service)
    assert came.outcome is outcome
    assert said in came.message
    assert len(service.received) == 1, "it was sent once, and followed nowhere"


def test_no_answer_in_time_is_a_doubt(service: StratusCore):
    service.faults = [Fault("silent")]
    assert send(service, timeout_seconds=0.2).outcome is Outcome.LOST
    assert service.missions() == ["h7pkp6ky"]


@pytest.mark.timeout(60)
def test_an_answer_that_never_stops_is_left_off(service: StratusCore):
    service.faults = [Fault("endless")]
    assert send(service).outcome is Outcome.LOST


@pytest.mark.parametrize(("asked", "seconds"), [("7", 7.0), ("999999", 3600.0), ("soon", 0.0), ("-1", 0.0)])
def test_it_is_left_alone_as_long_as_it_says(service: StratusCore, asked: str, seconds: float):
    service.faults = [Fault("status", 503, headers={"Retry-After": asked})]
    assert send(service).wait_seconds == seconds


def test_nobody_listens(service: StratusCore):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: refused
        known = settings_for(service, address=f"http://127.0.0.1:{taken.getsockname()[1]}")
        came = sent(known)
    assert came == Came(Outcome.AWAY, "127.0.0.1 cannot be reached.")


def test_a_line_that_breaks_before_anything_was_sent_is_no_doubt(service: StratusCore):
    """An encrypted line that never comes about: nothing of the report left this machine."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()

        def hang_up() -> None:
            connection, _ = listening.accept()
            connection.recv(1)
            connection.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        known = settings_for(service, address=f"https://127.0.0.1:{listening.getsockname()[1]}")
        came = sent(known)
        thread.join()
    assert came.outcome is Outcome.AWAY


def test_certificates_that_cannot_be_looked_up_are_no_doubt(service: StratusCore, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere.pem")
    known = settings_for(service, address="https://127.0.0.1:9")
    assert sent(known).outcome is Outcome.AWAY


def test_a_service_that_repeats_the_key_is_not_repeated(service: StratusCore):
    service.faults = [Fault("answer", said=answer("11", f"Key {KEY} of {ID} is wrong", False))]
    came = send(service)
    assert came.message.endswith("code 11: Key ••• of ••• is wrong.")


def test_a_proxy_is_not_asked_for_this_machine(service: StratusCore, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert send(service).outcome is Outcome.TAKEN
