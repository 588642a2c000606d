"""The agent tells a simulated service of the jobs of a made-up farm: what is told, when, and never twice by itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from farmdeck import JobState
from farmdeck.job import Accounting
from farmdeck.reports import Credentials, keep_credentials, read_report
from farmdeck.store import Answer, QueuedReport, ReportState, ReportStore
from farmdeck.submission import new_id

from tests.agent import cloud
from tests.agent.cloud import Site, Studio, install, settings_text
from tests.simulator.stratuscore import Fault, StratusCore, answer

from .conftest import ID, KEY

MISSION = "M-0042"
GIVEN = Accounting(job_type="economy", mission_id=MISSION, email="larry@newmedia.com")


class Office(Studio):
    """A studio that reports its jobs to a service."""

    def __init__(self, home: Path, shot: Path, site: Site, service: StratusCore) -> None:
        self.service = service
        self.table: dict[str, object] = {"address": service.url, "format": "xml", "timeout_seconds": 30}
        super().__init__(home, shot, site)
        self.reports = ReportStore.open(home)

    def settings(self, agent: str = "notify = false", **values: str) -> None:
        super().settings(agent, **values)
        self.set_up(agent)

    def set_up(self, agent: str = "notify = false", **changes: object) -> None:
        """Change the table `[reports]`."""
        self.table.update(changes)
        lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in self.table.items())
        (self.home / "settings.toml").write_text(f"{settings_text(agent)}[reports]\n{lines}")

    def submit(self, **changes: object) -> str:
        return super().submit(**{"accounting": GIVEN, **changes})

    def report(self, id: str) -> QueuedReport:
        """The job's; there has to be one."""
        found = self.reports.report(id)
        assert found is not None
        return found

    def reported(self, id: str, state: ReportState) -> QueuedReport:
        """The job's report, once it is in that state."""
        self.until(lambda: self.reports.report(id), lambda found: found is not None and found.state is state)
        return self.report(id)

    def close(self) -> None:
        self.service.go_on.set()
        super().close()
        self.reports.close()


@pytest.fixture
def office(
    service: StratusCore, kept: Credentials, clean_environ: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Office]:
    site = Site()
    monkeypatch.setattr(cloud, "SITE", site)
    monkeypatch.syspath_prepend(str(install(tmp_path / "installed")))
    monkeypatch.setattr("farmdeck.agent._pace.AWAY_FIRST", 0.05)
    made = Office(clean_environ / "farmdeck", tmp_path / "shot", site, service)
    yield made
    made.close()


@pytest.mark.parametrize("format", ["json", "xml"])
def test_a_job_that_is_done_is_told_of_once(office: Office, format: str):
    office.set_up(format=format, credits_per_hour=2)
    id = office.submit()
    office.start()
    sent = office.reported(id, ReportState.SENT)
    assert (sent.message, sent.tries) == ("Success", 1)
    (told,) = office.service.taken
    created = office.job(id).created
    assert told["RunDate"] == office.until(lambda: _utc(office.job(id).started or created))
    assert {name: told[name] for name in ("MissionId", "Email", "JobType", "JobStatus", "Frames", "RenderHours")} == {
        "MissionId": MISSION, "Email": "larry@newmedia.com", "JobType": "1", "JobStatus": "1", "Frames": "5",
        "RenderHours": "0",
    }  # fmt: skip
    assert (told["CreditsUsed"], told["SaasCreditsUsed"]) == ("0", None)
    assert office.job(id).render_hours == 0.0, "a made-up frame takes no time"
    office.stop()
    office.start()
    other = office.submit(accounting=Accounting(email="a@b"))
    office.reported(other, ReportState.SENT)
    assert office.service.missions() == [MISSION, other], "nothing again"


def _utc(seconds: float) -> str:
    import datetime

    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%S")


def test_render_hours_are_the_frames_times_together(office: Office, monkeypatch: pytest.MonkeyPatch):
    """Three of the five frames took a quarter of an hour each; the farm does not say it of the others."""
    inner = cloud.Cloud.frames
    monkeypatch.setattr(
        cloud.Cloud,
        "frames",
        lambda self, job: [replace(frame, seconds=900.0 if frame.number < 4 else None) for frame in inner(self, job)],
    )
    id = office.submit()
    office.start()
    office.reported(id, ReportState.SENT)
    assert office.job(id).render_hours == 0.75
    assert [told["RenderHours"] for told in office.service.taken] == ["0.75"]


def given_up(office: Office, id: str) -> None:
    assert office.ask("abandon", id).ok


def deleted(office: Office, id: str) -> None:
    assert office.ask("delete", id).ok


def stopped_and_deleted(office: Office, id: str) -> None:
    assert office.ask("stop", id).ok
    assert office.wait(id, lambda job: job.state is JobState.STOPPED)
    assert office.reports.reports() == [], "Start may go on with it"
    assert office.ask("delete", id).ok


def deleted_with_its_farm(office: Office, id: str) -> None:
    office.home.joinpath("settings.toml").write_text(
        office.home.joinpath("settings.toml").read_text().replace("[farms.cloud]", "[farms.other]")
    )
    assert office.ask("farms.reload", "").ok
    assert office.ask("delete", id).ok


def lost_by_its_farm(office: Office, id: str) -> None:
    with office.site.lock:
        office.site.jobs.clear()


@pytest.mark.parametrize(
    ("end", "status"),
    [
        (given_up, "2"),
        (deleted, "2"),
        (stopped_and_deleted, "2"),
        (deleted_with_its_farm, "2"),
        (lost_by_its_farm, "3"),
    ],
)
def test_jobs_that_end_otherwise(office: Office, end: Callable[[Office, str], None], status: str):
    office.site.allowed = 2
    id = office.submit()
    office.start()
    office.wait(id, lambda job: job.done == 2)
    end(office, id)
    office.reported(id, ReportState.SENT)
    assert [(told["MissionId"], told["JobStatus"], told["Frames"]) for told in office.service.taken] == [
        (MISSION, status, "2")
    ]


def test_a_job_that_never_reached_its_farm_is_not_told_of(office: Office):
    gone = office.submit(scene=office_scene_gone(office))
    office.start()
    office.wait(gone, lambda job: job.state is JobState.FAILED)
    other = office.submit()
    office.reported(other, ReportState.SENT)
    assert office.ask("delete", gone).ok
    assert [one.job for one in office.reports.reports()] == [other]


def office_scene_gone(office: Office) -> object:
    from farmdeck.submission import FileStamp

    return FileStamp(str(office.shot / "gone.blend"), 1, 1)


def test_a_job_that_may_have_reached_its_farm_and_had_not_is_not_told_of(office: Office):
    office.site.silent = {"submit"}
    gone = office.submit()
    office.start()
    office.wait(gone, lambda job: "Nothing is lost" in job.message)
    assert office.ask("delete", gone).ok
    office.site.silent = set()
    other = office.submit(accounting=Accounting(email="a@b"))
    office.reported(other, ReportState.SENT)
    assert [one.job for one in office.reports.reports()] == [other]
    assert office.service.missions() == [other]


def test_jobs_from_before_it_was_set_up_are_not_told_of(office: Office):
    office.set_up(address="")
    before = office.submit()
    office.start()
    office.wait(before, lambda job: job.state is JobState.DONE)
    office.set_up(address=office.service.url)
    assert office.ask("farms.reload", "").ok
    after = office.submit()
    office.reported(after, ReportState.SENT)
    deleted_with_its_farm(office, before)
    office.stop()
    office.start()
    assert office.ask("farms.reload", "").ok
    assert [one.job for one in office.reports.reports()] == [after]


# -- a service that is away, refuses, or is not heard


def test_a_service_that_is_busy_is_told_later(office: Office):
    office.service.faults = [Fault("status", 503, times=3)]
    id = office.submit()
    office.start()
    assert office.reported(id, ReportState.SENT).tries == 4
    assert office.service.missions() == [MISSION]
    assert len({one.body for one in office.service.received}) == 1, "the same each time"


def test_a_service_that_is_away_is_told_when_it_is_back(office: Office, service: StratusCore):
    office.set_up(address="http://127.0.0.1:9")  # nobody listens there
    id = office.submit()
    office.start()
    waiting = office.until(
        lambda: office.reports.report(id),
        lambda found: found is not None and found.tries >= 2 and found.state is ReportState.QUEUED,
    )
    assert waiting.given == "" and "Nothing is lost; trying again in" in waiting.message
    office.set_up(address=service.url)
    assert office.ask("farms.reload", "").ok
    office.reported(id, ReportState.SENT)
    assert office.service.missions() == [MISSION]


@pytest.mark.parametrize("kind", ["cut before", "cut after"])
def test_a_lost_answer_is_a_doubt_and_a_person_decides(office: Office, kind: str):
    office.service.faults = [Fault(kind)]
    id = office.submit()
    office.start()
    doubtful = office.reported(id, ReportState.DOUBTFUL)
    assert "the answer was lost" in doubtful.message
    office.stop()
    office.start()
    other = office.submit(accounting=Accounting(email="a@b"))
    office.reported(other, ReportState.SENT)
    assert office.report(id).state is ReportState.DOUBTFUL and len(office.service.received) == 2, "not by itself"
    assert office.ask("report.resend", id).ok
    office.reported(id, ReportState.SENT)
    first, _, again = office.service.received
    assert first.body == again.body, "one stable mission"


def test_a_person_settles_a_doubt(office: Office):
    office.service.faults = [Fault("cut after")]
    id = office.submit()
    office.start()
    office.reported(id, ReportState.DOUBTFUL)
    assert office.ask("report.settle", id).ok
    assert office.report(id).state is ReportState.SETTLED
    assert refused(office.ask("report.settle", "nope")) == 'There is no report of a job "nope".'


def refused(answered: Answer) -> str:
    assert not answered.ok
    return answered.message.split(" Look")[0]


def test_an_error_of_the_service_is_shown_and_not_repeated(office: Office):
    office.service.faults = [Fault("answer", said=answer("34", "Unknown e-mail", True))]
    id = office.submit()
    office.start()
    held = office.reported(id, ReportState.HELD)
    assert held.message == "127.0.0.1 refuses it with code 34: Unknown e-mail."
    other = office.submit(accounting=Accounting(email="a@b"))
    office.reported(other, ReportState.SENT)
    assert len(office.service.received) == 2
    assert office.ask("report.resend", id).ok
    office.reported(id, ReportState.SENT)


def test_an_application_without_a_code_waits_until_one_is_agreed_on(office: Office):
    from farmdeck.scene import Software

    id = office.submit(software=Software("Houdini", "20.5"))
    office.start()
    assert "no code for Houdini" in office.reported(id, ReportState.HELD).message
    assert office.service.received == []
    with office.home.joinpath("settings.toml").open("a") as file:
        file.write('[reports.software_codes]\nHoudini = "MAX"\n')
    assert office.ask("farms.reload", "").ok
    assert office.ask("report.resend", id).ok
    office.reported(id, ReportState.SENT)
    assert [told["SoftwareName"] for told in office.service.taken] == ["MAX"]


def test_one_that_cannot_be_made_holds_up_no_other(office: Office):
    """Whatever a script put into a submission, or time into the file."""
    office.start()
    odd = [
        office.submit(accounting=Accounting(email="a@b", credits=float("inf"))),
        office.submit(accounting=Accounting(email="a@b", job_type="fast")),
        office.submit(accounting=Accounting(email=3)),  # type: ignore[arg-type]
    ]
    for id in odd:
        assert office.reported(id, ReportState.HELD).message
    office.reported(office.submit(), ReportState.SENT)
    assert office.service.missions() == [MISSION]


def test_a_job_that_is_retried_after_it_was_told_of_is_a_persons_to_decide(office: Office):
    office.site.allowed = 4
    id = office.submit()
    office.start()
    office.wait(id, lambda job: job.done == 4)
    given_up(office, id)
    office.reported(id, ReportState.SENT)
    office.site.allowed = 99
    assert office.ask("retry", id).ok
    held = office.reported(id, ReportState.HELD)
    assert "went on" in held.message and read_report(held.document).frames == 5
    assert office.ask("report.resend", id).ok
    office.reported(id, ReportState.SENT)
    assert [(told["MissionId"], told["JobStatus"], told["Frames"]) for told in office.service.taken] == [
        (MISSION, "2", "4"),
        (MISSION, "1", "5"),
    ]


def test_credentials_that_come_later(office: Office, clean_environ: Path):
    office.set_up(credential="other")
    id = office.submit()
    office.start()
    waiting = office.until(lambda: office.reports.report(id), lambda found: found is not None and found.message)
    assert waiting.state is ReportState.QUEUED and waiting.tries == 0
    assert "reports setup --secret-stdin" in waiting.message
    keep_credentials("other", Credentials(ID, KEY))
    office.reported(id, ReportState.SENT)


def test_the_agent_stays_while_a_report_only_wants_time(office: Office, service: StratusCore):
    short = "notify = false\nidle = 0.2"
    office.set_up(short, address="http://127.0.0.1:9")
    id = office.submit()
    office.start()
    office.until(lambda: office.reports.report(id), lambda found: found is not None and found.tries >= 5)
    office.set_up(short, address=service.url)
    assert office.ask("farms.reload", "").ok
    office.reported(id, ReportState.SENT)
    office.until(lambda: office.log(), lambda log: "idle for" in log)


def test_the_agent_does_not_stay_for_a_report_that_only_a_person_can_help(office: Office):
    office.set_up("notify = false\nidle = 0.2", credential="other")
    id = office.submit()
    office.start()
    office.until(lambda: office.log(), lambda log: "idle for" in log)
    assert office.report(id).state is ReportState.QUEUED


def test_settings_that_cannot_be_read_lose_nothing(office: Office):
    office.set_up(format="yaml")
    id = office.submit()
    office.start()
    office.wait(id, lambda job: job.state is JobState.DONE)
    assert office.report(id).state is ReportState.OPEN
    assert 'reports.format is "yaml"' in office.log()
    assert not office.ask("report.resend", id).ok
    office.set_up(format="xml")
    assert office.ask("farms.reload", "").ok
    office.reported(id, ReportState.SENT)


def test_while_one_is_sent_everything_else_goes_on(office: Office):
    office.service.faults = [Fault("slow")]
    id = office.submit()
    office.start()
    assert office.service.came.wait(60)
    assert office.report(id).state is ReportState.SENDING
    assert "being sent at this moment" in office.ask("report.resend", id).message
    office.site.allowed = 3
    other = office.submit(accounting=Accounting(email="a@b", mission_id=f"M-{new_id()}"))
    office.wait(other, lambda job: job.done == 3)
    office.service.go_on.set()
    office.reported(id, ReportState.SENT)


def test_no_secret_is_written_anywhere_but_where_secrets_are_kept(office: Office):
    """Not in the store, its log files, the settings or the agent's log: whatever the service says."""
    echo = f"Id {ID} and Key {KEY} are wrong"
    office.service.faults = [
        Fault("answer", said=answer("11", echo, False)),
        Fault("status", 500, echo.encode()),
        Fault("cut after"),
    ]
    ids = []
    office.start()
    for number in range(4):
        ids.append(office.submit(accounting=Accounting(email="a@b", mission_id=f"M-{number}")))
        office.wait(ids[-1], lambda job: job.state is JobState.DONE)
    states = [ReportState.HELD, ReportState.DOUBTFUL, ReportState.DOUBTFUL, ReportState.SENT]
    for id, state in zip(ids, states):
        office.reported(id, state)
    written = [path for path in office.home.rglob("*") if path.is_file() and "secrets" not in path.parts]
    assert {"store.sqlite3", "agent.log", "settings.toml"} <= {path.name for path in written}
    for path in written:
        data = path.read_bytes()
        for secret in (ID, KEY):
            for form in (secret, json.dumps(secret)[1:-1], secret.replace("&", "&amp;")):
                assert form.encode() not in data, path
