"""`farmdeck report` and `farmdeck reports`, as a person has them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from farmdeck import JobState
from farmdeck.reports import report_document
from farmdeck.store import ReportState, ReportStore

from tests.cli.conftest import PATIENCE, TINY, CommandLine
from tests.simulator.stratuscore import Fault, StratusCore

from .conftest import ID, KEY, report


@pytest.fixture
def line(tmp_path: Path) -> Iterator[CommandLine]:
    made = CommandLine(tmp_path / "home")
    yield made
    made.close()
    for secret in (ID, KEY):
        assert secret not in made.said


def set_up(line: CommandLine, service: StratusCore, *words: str, typed: str = f"{ID}\n{KEY}\n") -> str:
    ran = line.run("reports", "setup", service.url, "--email", "acc@studio.com", "--secret-stdin", *words, typed=typed)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def once(line: CommandLine, id: str, state: ReportState) -> None:
    import time

    until = time.monotonic() + PATIENCE
    with ReportStore.open(line.home) as store:
        while (found := store.report(id)) is None or found.state is not state:
            assert time.monotonic() < until, found
            time.sleep(0.02)


def test_from_setup_to_sent(line: CommandLine, service: StratusCore):
    said = set_up(line, service, "--format", "xml", "--job-type", "test")
    assert f"reported to {service.url}/api/v1/render/jobdata." in said
    text = (line.home / "settings.toml").read_text()
    assert 'format = "xml"' in text and ID not in text and KEY not in text
    guid = "{0F8FAD5B-D9CB-469F-A165-70867728950E}"
    words = ["--job-type", "economy", "--mission-id", "M 1", "--mission-guid", guid, "--email", "larry@newmedia.com"]
    service.faults = [Fault("cut after")]
    id = line.submit("--item", "Tiny/beauty", "--frames", "1-2", *words)
    once(line, id, ReportState.DOUBTFUL)

    assert line.json("job", id)["accounting"] == {
        "job_type": "economy", "mission_id": "M 1", "mission_guid": guid.strip("{}").lower(),
        "email": "larry@newmedia.com", "credits": None, "saas_credits": None,
    }  # fmt: skip
    assert line.json("job", id)["render_hours"] > 0
    said = line.ok("report", id)
    assert "Doubtful" in said and "M 1" in said and f"farmdeck reports resend {id}" in said
    assert "Doubtful" in line.ok("job", id), "who looks at the job finds it"
    assert [row.split("\t")[0] for row in line.ok("reports", "list", "--doubtful").splitlines()] == [id]
    sick = line.run("doctor")
    assert "1 report not settled" in sick.stdout

    (sent,) = service.received
    shown = line.ok("report", id, "--dry-run")
    assert sent.body.decode() == shown.rstrip("\n").replace("•••", ID.replace("&<>", "&amp;&lt;&gt;"), 1).replace(
        "•••", KEY, 1
    ), "exactly what was sent"
    assert ElementTree.canonicalize(shown) == ElementTree.canonicalize(line.ok("report", id, "--dry-run", "--xml"))
    plain = json.loads(line.ok("report", id, "--dry-run", "--json"))
    assert plain["Authentication"] == {"Id": "•••", "Key": "•••"}
    assert plain["Request"] == sent.fields

    assert f"({id}) is sent again." in line.ok("reports", "resend", id[:5])
    once(line, id, ReportState.SENT)
    doc = line.json("report", id)
    assert (doc["state"], doc["mission_id"], doc["message"]) == ("sent", "M 1", "Success")
    assert line.json("reports", "list") == [doc]
    assert line.ok("reports", "list", "--doubtful") == ""
    assert "The service has it." in line.refused("reports", "settle", id)
    line.ok("delete", id)
    assert line.json("report", id) == doc, "the job is gone, its report is not"
    assert len(service.received) == 2


def test_settled(line: CommandLine, service: StratusCore):
    """Of a job that is long gone."""
    set_up(line, service)
    with ReportStore.open(line.home) as store:
        store.expect_report("oldjob42")
        store.queue_report("oldjob42", "harbour", report_document(report(mission_id="M 7")), 1)
        assert store.begin_report(store.named_report("oldjob42"))
        store.report_lost("oldjob42", "The answer was lost.")
    assert "The answer was lost." in line.ok("report", "old")
    assert json.loads(line.ok("report", "old", "--dry-run", "--json"))["Request"]["MissionId"] == "M 7"
    assert line.ok("reports", "settle", "old") == "The report of harbour (oldjob42) is settled.\n"
    assert line.json("report", "old")["state"] == "settled"
    assert service.received == []


def test_before_anything_is_set_up(line: CommandLine):
    id = line.submit("--item", "Tiny/beauty", "--frames", "1", "--email", "ana@studio.com", "--hold")
    line.job_once(id, lambda job: job.state is JobState.PAUSED)
    assert "reports are not set up" in line.ok("report", id)
    ran = line.run("report", id, "--dry-run")
    assert "No address is set" in ran.stderr and "The job has not ended" in ran.stderr
    told = json.loads(ran.stdout)["Request"]
    assert (told["Email"], told["JobStatus"], told["Frames"]) == ("ana@studio.com", "2", "0")
    assert line.json("report", id)["state"] == ""
    assert line.ok("reports", "list") == ""
    assert "no job" in line.refused("report", "nope")
    assert line.run("reports", "resend", id).returncode == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["reports", "setup"], "nothing to set"),
        (["reports", "setup", "--format", "xml"], "no address"),
        (["reports", "setup", "http://api.example.com"], "in the open"),
        (["reports", "setup", "https://api.example.com", "--email", "ana"], "reports.email"),
        (["reports", "setup", "https://api.example.com", "--secret-stdin"], "does not hold the Id and the Key"),
        (["report", "x", "--xml"], "--dry-run"),
        (["report", "x", "--dry-run", "--xml", "--json"], "--dry-run"),
        (["submit", TINY, "--mission-guid", "1-2"], "no GUID"),
        (["submit", TINY, "--email", "ana at studio"], "no e-mail address"),
        (["submit", TINY, "--mission-id", "a\nb"], "mission id"),
        (["submit", TINY, "--mission-id", "a" * 101], "mission id"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_written(line: CommandLine, words: list[object], said: str):
    assert said in line.refused(*words)
    assert "reports" not in (line.home / "settings.toml").read_text()


def test_one_line_is_not_an_id_and_a_key(line: CommandLine, service: StratusCore):
    ran = line.run("reports", "setup", service.url, "--secret-stdin", typed=f"{KEY}\n")
    assert ran.returncode == 1 and "the Id, Enter, the Key, Enter" in ran.stderr
    assert not (line.home / "secrets").exists()
