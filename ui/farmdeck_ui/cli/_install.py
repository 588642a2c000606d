"""`install` and `uninstall`: putting Farmdeck into an application, for one user or on a studio's share."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import click

from farmdeck_ui.install import (
    HOSTS,
    Installed,
    Place,
    Removed,
    install,
    install_shared,
    uninstall,
    uninstall_shared,
)

from . import _show

F = Callable[..., Any]


def _where(command: F) -> F:
    """The arguments that both commands have."""
    for option in (
        click.argument("host", type=click.Choice(list(HOSTS))),
        click.option("--version", help="Only this release, such as 2025, 20.5 or 4.5. Without: every one of yours."),
        click.option("--user", is_flag=True, help="For you alone, where the application itself looks. The default."),
        click.option(
            "--shared",
            metavar="FOLDER",
            type=click.Path(file_okay=False, path_type=Path),
            help="On a share that a studio's machines read.",
        ),
        _show.json_option,
    ):
        command = option(command)
    return command


@click.command("install")
@_where
def into(host: str, version: str | None, user: bool, shared: Path | None, as_json: bool) -> None:
    """Put Farmdeck into an application."""
    _one_of(user, shared)
    done = install(host, version) if shared is None else install_shared(host, shared, version)
    if as_json:
        _show.print_json([installed_document(each) for each in done])
        return
    for each in done:
        show_installed(each)


@click.command("uninstall")
@_where
def out_of(host: str, version: str | None, user: bool, shared: Path | None, as_json: bool) -> None:
    """Take Farmdeck out of an application."""
    _one_of(user, shared)
    removed = uninstall(host, version) if shared is None else uninstall_shared(host, shared, version)
    if as_json:
        _show.print_json([_removed_document(each) for each in removed])
        return
    for each in removed:
        _show_removed(each)
    if not removed:
        click.echo(f"Farmdeck is in no {HOSTS[host].label} {'of yours' if shared is None else f'at {shared}'}.")


def show_installed(installed: Installed) -> None:
    """What was written, each entry a line, and what is left to do."""
    written = installed.written
    for path in written.entries:
        click.echo(f"{_title(written.place)}: {path}")
    if written.kept:
        click.echo(f"What you had changed there is kept in {written.kept}", err=True)
    if installed.next_step:
        click.echo(f"{_show.count(written.files, 'file')}; {installed.next_step}")
    if installed.to_set:
        click.echo("On each machine that is to have it, set:")
    for line in installed.to_set:
        click.echo(f"  {line}")


def installed_document(installed: Installed) -> dict[str, Any]:
    """The same as a document."""
    written = installed.written
    return {
        "host": written.place.host,
        "version": written.place.version,
        "wrote": [str(path) for path in written.entries],
        "files": written.files,
        "kept": written.kept,
        "next_step": installed.next_step,
        "to_set": list(installed.to_set),
    }


def _show_removed(removed: Removed) -> None:
    for path in removed.entries:
        click.echo(f"{_title(removed.place)}: {path} is gone")
    for path in removed.left:
        click.echo(f"{path} is not as Farmdeck wrote it and stays.", err=True)


def _removed_document(removed: Removed) -> dict[str, Any]:
    return {
        "host": removed.place.host,
        "version": removed.place.version,
        "removed": [str(path) for path in removed.entries],
        "files": removed.files,
        "left": [str(path) for path in removed.left],
    }


def _title(place: Place) -> str:
    return f"{HOSTS[place.host].label} {place.version}".strip()


def _one_of(user: bool, shared: Path | None) -> None:
    if user and shared is not None:
        raise click.UsageError("Either --user or --shared.")


COMMANDS = (into, out_of)
