"""Tells the accounting service of jobs that have ended, on a thread of its own: never twice by itself."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .._errors import BadInput, CredentialError, FarmdeckError, SettingsError, StoreError
from ..reports import (
    Came,
    Outcome,
    ReportSettings,
    Service,
    body,
    fetch_credentials,
    read_report,
    report_document,
    report_of,
    report_settings,
    service_fields,
)
from ..store import Command, QueuedReport, ReportState, ReportStore
from ._guard import guarded
from ._pace import away_seconds

LOG = logging.getLogger(__name__)
LOOK_SECONDS = 0.25
REPORT_COMMANDS = ("report.resend", "report.settle")
"""Commands whose target is a job's id; the job itself may be deleted."""


class Reporter:
    """A thread with a store connection, from the first moment that reports are set up."""

    def __init__(self, store_folder: Path) -> None:
        self._folder = store_folder
        self._settings: ReportSettings | None = None
        self._on = False
        """The settings have a table for it, readable or not: no job that ends now is forgotten."""
        self._stuck = False
        """Nothing can be sent until a person has done something."""
        self._wake = threading.Event()
        self._closing = False
        self._away = 0
        self._not_before = 0.0
        """When the service is tried again (monotonic seconds)."""
        self._thread: threading.Thread | None = None

    def set_up(self, table: Mapping[str, Any]) -> None:
        """From now on by the table `[reports]`; while it cannot be read, which is logged, what ends is kept."""
        try:
            self._settings = report_settings(table)
            self._on = self._settings is not None
        except SettingsError as exc:
            LOG.error("reports: %s", exc)
            self._settings, self._on = None, True
        if self._settings is not None and self._thread is None:
            self._thread = threading.Thread(target=self._run, name="farmdeck-reports", daemon=True)
            self._thread.start()
        self._try_now()

    def expect(self, job: str) -> None:
        """To be called before the store says that a job has ended or is deleted. Raises StoreError."""
        if self._on:
            with ReportStore(self._folder) as store:
                store.expect_report(job)

    def do(self, command: Command) -> None:
        """What a person decided on a report. Raises BadInput, UnknownJob, StoreError."""
        if self._settings is None and command.kind == "report.resend":
            raise BadInput("Reports are not set up.", "See `farmdeck reports setup --help`.")
        with ReportStore(self._folder) as store:
            if command.kind == "report.resend":
                store.resend_report(command.target)
            else:
                store.settle_report(command.target)
        self._try_now()

    def busy(self, store: ReportStore) -> bool:
        """Is there something to tell that only wants time?"""
        return self._settings is not None and not self._stuck and store.reports_left()

    def close(self) -> None:
        """A report that is being sent gets its answer."""
        self._closing = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    def _try_now(self) -> None:
        self._away, self._not_before = 0, 0.0
        self._wake.set()

    # -- the thread

    def _run(self) -> None:
        try:
            with ReportStore(self._folder) as store:
                self._follow(store)
        finally:
            self._stuck = True

    def _follow(self, store: ReportStore) -> None:
        fresh = True
        while not self._closing:
            try:
                if fresh:
                    store.doubt_interrupted_reports()
                if store.changed() or fresh:
                    self._take_up(store)
                self._send(store)
                fresh = False
            except StoreError as exc:  # a full disk passes
                LOG.error("reports: %s", exc)
                fresh = True
            self._wake.wait(LOOK_SECONDS)
            self._wake.clear()
        self._take_up(store)

    def _take_up(self, store: ReportStore) -> None:
        """Make the reports of the jobs that have ended since."""
        for job, revision, frames in store.jobs_to_report():
            if job.farm_job:
                store.queue_report(job.id, job.name, report_document(report_of(job, frames)), revision)
            else:
                store.drop_report(job.id)

    def _send(self, store: ReportStore) -> None:
        """Send what is queued, one after the other, until the service is found away."""
        settings = self._settings
        if settings is None or time.monotonic() < self._not_before:
            return
        for row in store.reports_in(ReportState.QUEUED):
            if self._closing or not self._send_one(store, settings, row):
                return

    def _send_one(self, store: ReportStore, settings: ReportSettings, row: QueuedReport) -> bool:
        """True when the service can be given the next one."""
        stuck = False
        try:
            with guarded("The report"):
                fields = service_fields(read_report(row.document), settings)
                secret = fetch_credentials(settings.credential)
                text = body(fields, secret, settings.format)
        except CredentialError as exc:
            came = Came(Outcome.AWAY, str(exc))
            stuck = True
        except FarmdeckError as exc:
            came = Came(Outcome.REFUSED, str(exc))
        else:
            if not store.begin_report(row):
                return True
            came = Service(settings).send(text, secret)
        self._write_down(store, row, came)
        self._stuck = stuck
        return came.outcome is not Outcome.AWAY

    def _write_down(self, store: ReportStore, row: QueuedReport, came: Came) -> None:
        if came.outcome is Outcome.AWAY:
            self._away += 1
            seconds = max(away_seconds(self._away), came.wait_seconds)
            self._not_before = time.monotonic() + seconds
            store.report_not_taken(
                row, ReportState.QUEUED, f"{came.message} Nothing is lost; trying again in {seconds:.0f} s."
            )
        elif came.outcome is Outcome.TAKEN:
            store.report_taken(row.job, came.message)
        elif came.outcome is Outcome.REFUSED:
            store.report_not_taken(row, ReportState.HELD, came.message)
        else:
            store.report_lost(row.job, came.message)
        if came.outcome is not Outcome.AWAY:
            self._away = 0
        LOG.log(
            logging.INFO if came.outcome is Outcome.TAKEN else logging.WARNING,
            "report of job %s: %s. %s", row.job, came.outcome.value, came.message,
        )  # fmt: skip
