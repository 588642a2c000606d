"""`report` and `reports list|setup|resend|settle`: what the accounting service is told of jobs that have ended."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from typing import Any

import click
from farmdeck import FarmdeckError, Job, settings
from farmdeck._errors import BadDocument, BadInput, CredentialError
from farmdeck.job import JOB_TYPES
from farmdeck.places import store_folder
from farmdeck.reports import (
    CONTENT_TYPES,
    FORMATS,
    REDACTED,
    Credentials,
    Report,
    ReportSettings,
    body,
    keep_credentials,
    read_report,
    report_of,
    report_settings,
    service_fields,
)
from farmdeck.store import QueuedReport, ReportStore

from . import _desk, _show


@click.command()
@click.argument("id")
@click.option(
    "--dry-run", is_flag=True, help="Print what would be sent, the Id and the Key blacked out. Sends nothing."
)
@click.option("--xml", "as_xml", is_flag=True, help="With --dry-run: as XML, whatever the settings say.")
@click.option("--json", "as_json", is_flag=True, help="With --dry-run: as JSON; without: machine-readable.")
def report(id: str, dry_run: bool, as_xml: bool, as_json: bool) -> None:
    """Say what the accounting service was told of a job."""
    if as_xml and (as_json or not dry_run):
        raise BadInput("--xml goes with --dry-run alone.", "Choose one form.")
    with _open() as store:
        job, queued = _find(store, id)
        if dry_run:
            _dry_run(store, job, queued, "xml" if as_xml else "json" if as_json else "")
            return
    if queued is None:
        assert job is not None  # _find found one of them
        _print_nothing(job, as_json)
    elif as_json:
        _show.print_json(_document(queued))
    else:
        _print_report(queued)


def _open() -> ReportStore:
    return ReportStore.open(store_folder())


def _find(store: ReportStore, id: str) -> tuple[Job | None, QueuedReport | None]:
    """The job and its report; one of them may be None, of a deleted job or one that is not to be told of."""
    try:
        job = store.job(id)
    except FarmdeckError as exc:
        try:
            return None, store.named_report(id)
        except FarmdeckError:
            raise exc from None
    return job, store.report(job.id)


def _dry_run(store: ReportStore, job: Job | None, queued: QueuedReport | None, format: str) -> None:
    """What is sent goes to standard output, what there is to say of it to standard error."""
    found = report_settings(settings.load().reports)
    known = found or ReportSettings()
    format = format or known.format
    text = body(service_fields(_report_now(store, job, queued), known), REDACTED, format)
    if found is None:
        click.echo("No address is set: farmdeck reports setup. Until then nothing is sent.", err=True)
    else:
        click.echo(f"POST {known.address}\nContent-Type: {CONTENT_TYPES[format]}; charset=utf-8\n", err=True)
    click.echo(text)


def _report_now(store: ReportStore, job: Job | None, queued: QueuedReport | None) -> Report:
    """What is queued, or what would be."""
    if queued and queued.document:
        return read_report(queued.document)
    if job is None:
        raise BadInput("The report of that job is not made yet.", "Look again in a moment, while the agent runs.")
    if not job.state.ended:
        click.echo("The job has not ended: this is what would be said if it were deleted now.", err=True)
    return report_of(job, store.frames(job.id))


def _document(queued: QueuedReport) -> dict[str, Any]:
    return {
        "job": queued.job,
        "name": queued.name,
        "state": queued.state.value,
        "mission_id": _mission(queued.document),
        "message": queued.message,
        "tries": queued.tries,
        "created": queued.created,
        "updated": queued.updated,
    }


def _mission(document: str) -> str:
    """Empty for a report that is not made yet, or is damaged: it hides no other."""
    try:
        return read_report(document).mission_id
    except BadDocument:
        return ""


def _print_nothing(job: Job, as_json: bool) -> None:
    """The job is not told of."""
    if as_json:
        nothing = {"state": "", "mission_id": "", "message": "", "tries": 0, "created": None, "updated": None}
        _show.print_json({"job": job.id, "name": job.name, **nothing})
    else:
        click.echo(f"Nothing was told of {job.name} ({job.id}): {_why_not(job)}")


def _print_report(queued: QueuedReport) -> None:
    doc = _document(queued)
    rows = [
        ["Report", f"{queued.name or queued.job} ({queued.job})"],
        ["State", queued.state.word],
        ["Mission", doc["mission_id"]],
        ["Since", _when(queued.updated)],
        ["Sent", _show.count(queued.tries, "time") if queued.tries else ""],
    ]
    _show.print_table(["", ""], [row for row in rows if row[1]])
    if queued.message:
        click.echo(queued.message)
    if queued.state.needs_a_person:
        click.echo(f"Send it: farmdeck reports resend {queued.job}. Or leave it: farmdeck reports settle {queued.job}")


def _why_not(job: Job) -> str:
    if not report_settings(settings.load().reports):
        return "reports are not set up."
    if not job.state.ended:
        return "it has not ended."
    return "it ended before reports were set up, or never reached a farm."


def _when(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))


@click.group()
def reports() -> None:
    """What the accounting service is told of jobs that have ended."""


@reports.command("list")
@click.option("--doubtful", is_flag=True, help="Only those that wait for a person: doubtful and held ones.")
@_show.json_option
def list_reports(doubtful: bool, as_json: bool) -> None:
    """List the reports, newest first."""
    with _open() as store:
        found = [one for one in store.reports() if one.state.needs_a_person or not doubtful]
    if as_json:
        _show.print_json([_document(one) for one in found])
        return
    if not found and _show.terminal():
        click.echo("No reports.")
        return
    rows = [[one.job, one.name, one.state.word, _when(one.updated), one.message] for one in found]
    _show.print_table(["Job", "Name", "State", "Since", ""], rows)


@reports.command("setup")
@click.argument("address", default="")
@click.option("--format", "format", type=click.Choice(FORMATS), help="What is sent; without: json.")
@click.option("--email", help="Whose jobs they are that do not say it.")
@click.option("--job-type", type=click.Choice(JOB_TYPES), help="Of jobs that do not say it; without: normal.")
@click.option("--secret-stdin", is_flag=True, help="Read the Id and the Key, a line each, into the keyring.")
def set_up_reports(address: str, secret_stdin: bool, **given: str | None) -> None:
    """Say where reports go; ADDRESS as https://api.example.com."""
    values = {name: value for name, value in {"address": address or None, **given}.items() if value is not None}
    if not values and not secret_stdin:
        raise BadInput("There is nothing to set.", "Give an ADDRESS, an option, or --secret-stdin.")
    found = _checked({**settings.load().reports, **values})
    if secret_stdin:
        _keep_secret(found.credential)
    for name, value in values.items():
        settings.set_value(f"reports.{name}", value)
    with _desk.open_store() as store:
        _desk.ask(store, "farms.reload")
    click.echo(f"Jobs that end from now on are reported to {found.address}.")


def _checked(table: Mapping[str, Any]) -> ReportSettings:
    """Raises BadInput, SettingsError: before anything is written."""
    found = report_settings(table)
    if found is None:
        raise BadInput("Reports have no address.", "Give one: farmdeck reports setup https://…")
    return found


def _keep_secret(name: str) -> None:
    id, key = (sys.stdin.readline().strip() for _ in range(2))
    if not key:
        raise CredentialError("Standard input does not hold the Id and the Key.", "Give the Id, Enter, the Key, Enter.")
    kept = keep_credentials(name, Credentials(id, key))
    if kept.message:
        click.echo(kept.message)


@reports.command("resend")
@click.argument("ids", nargs=-1, required=True)
def resend(ids: tuple[str, ...]) -> int:
    """Send reports that are doubtful or held: look at the service first, it may count them twice."""
    with _open() as store:
        _desk.ask(store, "farms.reload")  # what held them back may have been mended in the settings just now
    return _each(ids, "report.resend", "is sent again")


@reports.command("settle")
@click.argument("ids", nargs=-1, required=True)
def settle(ids: tuple[str, ...]) -> int:
    """Leave reports as they are: the service has them, or shall not."""
    return _each(ids, "report.settle", "is settled")


def _each(ids: tuple[str, ...], command: str, said: str) -> int:
    """Every one is tried; the exit code is 1 when any could not be done."""
    failures = 0
    with _open() as store:
        for id in ids:
            try:
                found = store.named_report(id)
                _desk.ask(store, command, found.job)
                click.echo(f"The report of {found.name or found.job} ({found.job}) {said}.")
            except FarmdeckError as exc:
                failures += 1
                _show.complain(exc)
    return 1 if failures else 0


COMMANDS = (report, reports)
