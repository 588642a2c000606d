"""A job in the service's words: each of the fifteen fields, and what the settings have to do with it."""

from __future__ import annotations

import pytest
from farmdeck import Frame, FrameState, Job, JobState, __version__
from farmdeck._errors import BadDocument, BadInput, SettingsError
from farmdeck.job import Accounting
from farmdeck.reports import (
    JobStatus,
    ReportSettings,
    read_report,
    report_document,
    report_of,
    report_settings,
    service_fields,
)
from hypothesis import given
from hypothesis import strategies as st

from .conftest import report

JOB = Job(
    id="h7pkp6ky",
    name="harbour",
    farm="local",
    state=JobState.DONE,
    farm_job="x",
    software="Blender 4.5.3",
    renderer="CYCLES",
    created=1764831400.0,
    started=1764831456.0,
    ended=1764835000.0,
    total=4,
    done=4,
    render_hours=0.5,
    accounting=Accounting(mission_id="h7pkp6ky", email="ana@studio.com"),
)
KNOWN = ReportSettings(address="https://x/api", email="acc@studio.com")


def test_every_field_of_a_job():
    accounting = Accounting("economy", "M 1", "0f8fad5b-d9cb-469f-a165-70867728950e", "larry@newmedia.com", 3.5, 0.0)
    job = Job(**{**JOB.__dict__, "accounting": accounting})
    assert service_fields(report_of(job, ()), KNOWN) == {
        "MissionId": "M 1",
        "MissionGuid": "0f8fad5b-d9cb-469f-a165-70867728950e",
        "Email": "larry@newmedia.com",
        "JobType": "1",
        "RunDate": "2025-12-04 06:57:36",
        "JobStatus": "1",
        "Frames": "4",
        "RenderHours": "0.5",
        "SoftwareName": "BLD",
        "SoftwareVersion": "4.5.3",
        "JobOriginator": "Farmdeck",
        "OriginatorVersion": __version__,
        "RenderEngine": "Cycles",
        "CreditsUsed": "3.5",
        "SaasCreditsUsed": "0",
    }


def test_what_a_job_does_not_say_is_the_settings_or_null():
    plain = Job(**{**JOB.__dict__, "accounting": Accounting(), "started": None, "render_hours": None})
    fields = service_fields(report_of(plain, ()), KNOWN)
    assert fields["MissionId"] == "h7pkp6ky", "from before it was kept: the job's own id"
    assert fields["Email"] == "acc@studio.com"
    assert fields["JobType"] == "2"
    assert fields["RunDate"] == "2025-12-04 06:56:40", "when it was submitted"
    null = ["MissionGuid", "RenderHours", "CreditsUsed", "SaasCreditsUsed"]
    assert [name for name, value in fields.items() if value is None] == null


def frames(*states: FrameState) -> list[Frame]:
    return [Frame(0, number, state) for number, state in enumerate(states)]


DONE, FAILED, GIVEN_UP, WAITING = FrameState.DONE, FrameState.FAILED, FrameState.ABANDONED, FrameState.WAITING


@pytest.mark.parametrize(
    ("state", "of", "status"),
    [
        (JobState.DONE, frames(DONE), JobStatus.DONE),
        (JobState.DONE, [], JobStatus.DONE),
        (JobState.PARTLY_DONE, frames(DONE, FAILED), JobStatus.FAILED),
        (JobState.PARTLY_DONE, frames(DONE, GIVEN_UP), JobStatus.ABORTED),
        (JobState.PARTLY_DONE, frames(DONE, GIVEN_UP, FAILED), JobStatus.FAILED),
        (JobState.FAILED, frames(GIVEN_UP, GIVEN_UP), JobStatus.ABORTED),
        (JobState.FAILED, frames(FAILED), JobStatus.FAILED),
        (JobState.FAILED, [], JobStatus.FAILED),
        (JobState.STOPPED, frames(DONE, WAITING), JobStatus.ABORTED),
        (JobState.RENDERING, [], JobStatus.ABORTED),
        (JobState.PAUSED, frames(FAILED, WAITING), JobStatus.ABORTED),
    ],
)
def test_how_it_ended(state: JobState, of: list[Frame], status: JobStatus):
    job = Job(**{**JOB.__dict__, "state": state})
    assert report_of(job, of).status is status


def test_the_three_statuses_have_the_documents_numbers():
    said = [service_fields(report(status=status), KNOWN)["JobStatus"] for status in JobStatus]
    assert said == ["1", "2", "3"]
    types = [service_fields(report(job_type=name), KNOWN)["JobType"] for name in ("economy", "normal", "test")]
    assert types == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("software", "code", "version"),
    [
        ("Blender 4.5.3", "BLD", "4.5.3"),
        ("Cinema 4D 2024", "C4D", "2024"),
        ("3ds Max 2025", "MAX", "2025"),
        ("3ds Max", "MAX", ""),
        ("Maya 2018", "MAY", "2018"),
    ],
)
def test_the_codes_of_the_applications(software: str, code: str, version: str):
    fields = service_fields(report(software=software), KNOWN)
    assert (fields["SoftwareName"], fields["SoftwareVersion"]) == (code, version)


@pytest.mark.parametrize("software", ["Houdini 20.5.332", "MayaLike 3", ""])
def test_an_application_without_a_code_is_said(software: str):
    name = software.split(" ")[0] or "the application"
    with pytest.raises(BadInput, match=f"no code for {name}.*BLD|no code for {name}") as caught:
        service_fields(report(software=software), KNOWN)
    assert "software_codes" in caught.value.fix


def test_a_code_that_the_studio_agreed_on():
    agreed = ReportSettings(email="a@b", software_codes={"Houdini": "HOU", "Maya": "MY2"})
    assert service_fields(report(software="Houdini 20.5"), agreed)["SoftwareName"] == "HOU"
    assert service_fields(report(software="Maya 2018"), agreed)["SoftwareName"] == "MY2"
    assert service_fields(report(software="Blender 4.5"), agreed)["SoftwareName"] == "BLD"


@pytest.mark.parametrize(
    ("ids", "words"),
    [
        ("CYCLES", "Cycles"),
        ("BLENDER_EEVEE", "Eevee"),
        ("BLENDER_EEVEE_NEXT", "Eevee"),
        ("V_Ray_6__hotfix_3", "V-Ray"),
        ("vray_renderer", "V-Ray"),
        ("arnold, mayaSoftware", "Arnold, Maya Software"),
        ("Redshift_ROP", "Redshift"),
        ("Default_Scanline_Renderer", "Scanline"),
        ("vray, V_Ray_5", "V-Ray"),
        ("ifd", "Mantra"),
        ("someNewOne", "someNewOne"),
        ("", ""),
    ],
)
def test_renderers_as_artists_call_them(ids: str, words: str):
    assert service_fields(report(renderer=ids), KNOWN)["RenderEngine"] == words


@pytest.mark.parametrize(
    ("hours", "frames", "said"),
    [
        (3456.0, 12, "3456"),
        (0.00004, 1, "0"),
        (0.00005, 1, "0.0001"),
        (1 / 3, 1, "0.3333"),
        (12.5, 1, "12.5"),
        (1e7, 1, "10000000"),
        (None, 3, None),
        (None, 0, "0"),
    ],
)
def test_hours_are_decimal_with_four_places(hours: float | None, frames: int, said: str | None):
    assert service_fields(report(render_hours=hours, frames=frames), KNOWN)["RenderHours"] == said


def test_credits_by_the_settings_rate():
    table = {"address": "https://x", "email": "a@b", "credits_per_hour": {"economy": 1.5, "normal": 3}}
    known = report_settings({**table, "saas_credits_per_hour": 0.1})
    assert known is not None

    def used(**changes: object) -> tuple[str | None, str | None]:
        fields = service_fields(report(**changes), known)
        return fields["CreditsUsed"], fields["SaasCreditsUsed"]

    assert used(job_type="economy") == ("1.875", "0.125")
    assert used() == ("3.75", "0.125"), "normal unless told"
    assert used(job_type="test") == (None, "0.125"), "no rate: not known"
    assert used(credits=7.0, saas_credits=0.0) == ("7", "0"), "what the job says goes first"
    assert used(render_hours=None) == (None, None)
    assert used(render_hours=None, frames=0) == ("0", "0")


def test_a_job_type_that_a_script_made_up_is_said():
    with pytest.raises(BadInput, match='"fast" is no job type'):
        service_fields(report(job_type="fast"), KNOWN)


def test_nobody_s_job_is_said():
    with pytest.raises(BadInput, match="e-mail"):
        service_fields(report(email=""), ReportSettings())


# -- settings


def test_nothing_set_is_no_reports():
    assert report_settings({}) is None
    assert report_settings({"address": "", "format": "xml"}) is None


@pytest.mark.parametrize(
    ("address", "call"),
    [
        ("https://api.example.com", "https://api.example.com/api/v1/render/jobdata"),
        ("https://api.example.com/", "https://api.example.com/api/v1/render/jobdata"),
        ("https://x/stratus", "https://x/stratus/api/v1/render/jobdata"),
        ("https://x/api/v1/render/jobdata/", "https://x/api/v1/render/jobdata"),
        ("http://localhost:81", "http://localhost:81/api/v1/render/jobdata"),
        ("http://[::1]:81", "http://[::1]:81/api/v1/render/jobdata"),
    ],
)
def test_addresses(address: str, call: str):
    found = report_settings({"address": address})
    assert found is not None and found.address == call


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"adress": "x"}, "reports.adress is not a setting"),
        ({"key": "secret"}, "reports.key is not a setting"),
        ({"address": 3}, "reports.address is not a text"),
        ({"address": "api.example.com"}, "no address"),
        ({"address": "ftp://api.example.com"}, "no address"),
        ({"address": "https://id:key@api.example.com"}, "no address"),
        ({"address": "https://x?key=1"}, "no address"),
        ({"address": "https://x:port"}, "no address"),
        ({"address": "http://api.example.com"}, "in the open"),
        ({"address": "http://127.0.0.1.example.com"}, "in the open"),
        ({"address": "https://x", "format": "yaml"}, 'format is "yaml"'),
        ({"address": "https://x", "job_type": "fast"}, 'job_type is "fast"'),
        ({"address": "https://x", "email": "ana"}, "reports.email"),
        ({"address": "https://x", "credits_per_hour": "3"}, "credits_per_hour is '3'"),
        ({"address": "https://x", "credits_per_hour": True}, "credits_per_hour is True"),
        ({"address": "https://x", "credits_per_hour": -1}, "credits_per_hour is -1"),
        ({"address": "https://x", "credits_per_hour": float("inf")}, "credits_per_hour is inf"),
        ({"address": "https://x", "saas_credits_per_hour": {"fast": 1}}, 'says "fast"'),
        ({"address": "https://x", "software_codes": {"Houdini": 3}}, "software_codes"),
        ({"address": "https://x", "timeout_seconds": 0}, "timeout_seconds is 0"),
    ],
)
def test_what_is_wrong_is_said(table: dict[str, object], said: str):
    with pytest.raises(SettingsError) as caught:
        report_settings(table)
    assert said in caught.value.what and caught.value.fix


# -- documents


@given(
    st.builds(
        report,
        mission_id=st.text(),
        email=st.text(),
        job_type=st.sampled_from(["", "economy", "test"]),
        status=st.sampled_from(JobStatus),
        frames=st.integers(0, 10**6),
        render_hours=st.none() | st.floats(0, 1e6),
        credits=st.none() | st.floats(0, 1e9),
    )
)
def test_a_queued_report_comes_back(queued):
    assert read_report(report_document(queued)) == queued


@pytest.mark.parametrize("text", ["", "{}", "[", '{"schema": "farmdeck.report/1"}', '{"schema": "farmdeck.report/2"}'])
def test_a_damaged_report_is_said(text: str):
    with pytest.raises(BadDocument):
        read_report(text)
