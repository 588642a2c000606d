"""Skips that nobody agreed to fail the run in CI: a test that never runs is not known to pass."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest


def read_allowed(path: Path) -> list[str]:
    """The patterns of a file with one `pattern  # why` a line. Raises ValueError for one without a why."""
    patterns = []
    for line in path.read_text(encoding="utf-8").splitlines():
        pattern, _, why = line.partition("#")
        if pattern.strip() and not why.strip():
            raise ValueError(f'{path.name}: "{pattern.strip()}" does not say why; write it after a #.')
        if pattern.strip():
            patterns.append(pattern.strip())
    return patterns


class Skips:
    """A pytest plug-in: in CI, a skip whose reason fits no allowed pattern makes the run fail."""

    def __init__(self, allowed: Path, strict: bool) -> None:
        self._patterns = read_allowed(allowed)
        self._strict = strict
        self._refused: dict[str, str] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            self._hear(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self._hear(report)

    def _hear(self, report: Any) -> None:
        said = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        reason = said.removeprefix("Skipped: ")
        if not any(fnmatchcase(reason, pattern) for pattern in self._patterns):
            self._refused[report.nodeid] = reason

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self._strict and self._refused and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self._strict and self._refused:
            terminalreporter.section("skips that tests/allowed_skips.txt does not allow")
            for test, reason in sorted(self._refused.items()):
                terminalreporter.line(f"{test}: {reason}")
