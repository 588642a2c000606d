"""A simulated service for every test that wants one, and what its address and its credentials are kept in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from farmdeck.reports import Credentials, JobStatus, Report, ReportSettings, keep_credentials, report_settings

from tests.simulator.stratuscore import StratusCore

ID, KEY = "ID-170200123&<>", 'KEY-46"75\\1234é'
"""With everything that JSON and XML write in another way."""
REPORT = Report(
    mission_id="h7pkp6ky",
    mission_guid="",
    email="larry@newmedia.com",
    job_type="",
    status=JobStatus.DONE,
    run=1764831456.9,
    frames=12,
    render_hours=1.25,
    software="Maya 2018",
    renderer="arnold",
)


@pytest.fixture
def service() -> Iterator[StratusCore]:
    with StratusCore(ID, KEY) as running:
        yield running


@pytest.fixture
def kept(clean_environ: Path) -> Credentials:
    """The Id and the Key, where the agent finds them."""
    secret = Credentials(ID, KEY)
    keep_credentials("reports.stratuscore", secret)
    return secret


def settings_for(service: StratusCore, **values: object) -> ReportSettings:
    found = report_settings({"address": service.url, "timeout_seconds": 30, **values})
    assert found is not None
    return found


def report(**changes: object) -> Report:
    return replace(REPORT, **changes)  # type: ignore[arg-type]
