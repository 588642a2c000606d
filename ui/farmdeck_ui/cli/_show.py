"""How things look on a terminal: tables and sentences there, plain tab-separated lines in a pipe, JSON when asked."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from typing import Any, Callable

import click
from farmdeck import FarmdeckError, Job, Problem, Severity
from farmdeck.documents import to_plain
from rich.console import Console
from rich.table import Table

F = Callable[..., Any]

_COLOURS = {"Done": "green", "Failed": "red", "Rendering": "cyan", "Paused": "yellow"}


def json_option(command: F) -> F:
    """`--json` on every reading command."""
    decorated: F = click.option("--json", "as_json", is_flag=True, help="Machine-readable, in a stable shape.")(command)
    return decorated


def print_json(value: Any) -> None:
    """One document."""
    click.echo(json.dumps(to_plain(value), indent=2, ensure_ascii=False))


def terminal() -> bool:
    """Is a person looking?"""
    return sys.stdout.isatty()


def console() -> Console:
    """The terminal, for tables and live bars."""
    return Console(highlight=False)


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[str] = ()) -> None:
    """A table for a person, without columns that are empty; in a pipe the rows alone, their cells separated by tabs.

    `numbers` go to the right.
    """
    if not terminal():
        for row in rows:
            click.echo("\t".join(" ".join(cell.split()) for cell in row))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    used = [index for index in range(len(columns)) if not rows or any(row[index] for row in rows)]
    for index in used:
        name = columns[index]
        table.add_column(name, justify="right" if name in numbers else "left", overflow="fold")
    for row in rows:
        cells = [row[index] for index in used]
        table.add_row(*[f"[{_COLOURS[cell]}]{cell}[/]" if cell in _COLOURS else _plain(cell) for cell in cells])
    console().print(table)


def duration(seconds: float | None) -> str:
    """`3 h 06 m`, `2 m 05 s`, `57 s`, `0.4 s`; a dash for none."""
    if seconds is None:
        return "–"
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} m {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} m"


def elapsed(job: Job) -> str:
    """How long the job has been rendering."""
    if not job.started:
        return "–"
    return duration((job.ended or (job.updated if job.state.at_rest else time.time())) - job.started)


def money(amount: float, currency: str) -> str:
    """`1,234.50 USD`."""
    return f"{amount:,.2f} {currency}".rstrip()


def cost(job: Job) -> str:
    """`12.30 USD so far, about 40.00 USD in all`; "" where the farm does not count."""
    if job.cost is None:
        return ""
    spent = money(job.cost, job.currency)
    if job.state.ended or job.estimate is None:
        return spent if job.state.ended else f"{spent} so far"
    return f"{spent} so far, about {money(job.estimate, job.currency)} in all"


def complain(error: FarmdeckError) -> None:
    """An error, as every command says it."""
    click.echo(f"farmdeck: {error}", err=True)


def print_problems(problems: Sequence[Problem]) -> None:
    """One line each, the worst first, on standard error."""
    order = list(Severity)
    for problem in sorted(problems, key=lambda problem: order.index(problem.severity)):
        subject = f"  ({problem.subject})" if problem.subject else ""
        click.echo(f"{problem.severity.value}: {problem.message}{subject}", err=True)


def count(number: int, noun: str) -> str:
    """`1 frame`, `3 frames`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _plain(text: str) -> str:
    """Text that rich takes as it is."""
    return text.replace("[", "\\[")
