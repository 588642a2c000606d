"""The agent is killed with kill -9 around every step of a report: never forgotten, never sent twice by itself."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from farmdeck import credentials
from farmdeck.job import Accounting
from farmdeck.launch import wait_for_agent
from farmdeck.store import QueuedReport, ReportState, ReportStore
from farmdeck.testing import made_up_submission

from tests.agent import cloud
from tests.agent.house import ROOT, House
from tests.simulator.stratuscore import StratusCore

from .conftest import ID, KEY

DRIVER = ROOT / "tests" / "agent" / "driver.py"
STORE = ("farmdeck.store._reports", "ReportStore")
JOBS = ("farmdeck.store._store", "AgentStore")
MISSION = "M-0042"
# What comes before the service is asked, with a kill on each side of the moment that leaves it.
BEFORE = [
    ("the job ended, nobody knows", (*STORE, "expect_report", "before", "1")),
    ("its end is expected", (*STORE, "expect_report", "after", "1")),
    ("its end is not told", (*JOBS, "update_job", "before", "1", "JobState.DONE")),
    ("its end is told", (*JOBS, "update_job", "after", "1", "JobState.DONE")),
    ("made, not queued", (*STORE, "queue_report", "before", "1")),
    ("queued", (*STORE, "queue_report", "after", "1")),
    ("about to be sent", (*STORE, "begin_report", "before", "1")),
    ("marked as being sent, not sent", (*STORE, "begin_report", "after", "1")),
]
# What comes after, each begun by a person's word.
AFTER = [
    ("the service has it, nobody knows", ("farmdeck.reports._service", "Service", "send", "after", "1")),
    ("the answer is there, not written", (*STORE, "report_taken", "before", "1")),
]


@pytest.fixture
def house(tmp_path: Path, service: StratusCore) -> Iterator[House]:
    """An agent's home with a farm that outlives it, and reports set up."""
    made = House(tmp_path / "house")
    installed = cloud.install(tmp_path / "installed", "KeptCloud")
    made.environ["PYTHONPATH"] = os.pathsep.join([str(installed), str(ROOT)])
    table = f'[reports]\naddress = "{service.url}"\ntimeout_seconds = 60\n'
    (made.home / "settings.toml").write_text(cloud.settings_text(site=str(tmp_path)) + table)
    credentials.keep("reports.stratuscore", json.dumps({"id": ID, "key": KEY}), made.environ)
    yield made
    made.close()


@pytest.mark.timeout(280)
def test_killed_around_every_step(house: House, service: StratusCore) -> None:
    with ReportStore.open(house.home) as store:
        given = Accounting(mission_id=MISSION, email="larry@newmedia.com")
        id = store.submit(made_up_submission(house.shot, farm="cloud", accounting=given)).id

        def report() -> QueuedReport:
            found = store.report(id)
            assert found is not None
            return found

        def once(state: ReportState) -> None:
            house.wait_for(report, lambda found: found.state is state)

        killed(house, BEFORE)
        house.start()
        once(ReportState.DOUBTFUL)
        assert "may have it" in report().message
        assert service.received == [], "and nobody sends it again"
        for number, point in enumerate(AFTER, 1):
            end(house)
            store.send("report.resend", id)
            killed(house, [point])
            assert service.missions() == [MISSION] * number
            house.start()
            once(ReportState.DOUBTFUL)
            assert len(service.received) == number, "not by itself"
        end(house)
        store.send("report.resend", id)
        killed(house, [("taken, and known", (*STORE, "report_taken", "after", "1"))])
        house.start()
        answer = store.send("report.settle", id)
        house.wait_for(lambda: store.answer(answer), lambda answered: answered.done)
        assert report().state is ReportState.SENT
    assert service.missions() == [MISSION] * 3, "once for each word of a person's"
    assert len({one.body for one in service.received}) == 1


def killed(house: House, points: list[tuple[str, tuple[str, ...]]]) -> None:
    """An agent for each point, each dead there."""
    died = []
    for what, point in points:
        if house.start(DRIVER, *point).wait(timeout=100) == -9:
            died.append(what)
        assert wait_for_agent(house.home, 20, runs=False)
    assert died == [what for what, _ in points], house.log()


def end(house: House) -> None:
    house.kill()
    assert wait_for_agent(house.home, 20, runs=False)
