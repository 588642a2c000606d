"""`bundle`: a host's side of Farmdeck as a folder or a zip, for a share or for another machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from farmdeck_ui.install import HOSTS, System, install_shared
from farmdeck_ui.install.agent_wheels import fetch_wheels
from farmdeck_ui.install.bundle import bundle_zip

from . import _install, _show

_SYSTEMS: dict[str, System] = {"linux": "linux", "windows": "windows", "macos": "darwin"}


@click.command()
@click.option("--host", required=True, type=click.Choice(list(HOSTS)), help="For which application.")
@click.option(
    "--to",
    "folder",
    required=True,
    metavar="FOLDER",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to; made when it is not there.",
)
@click.option("--version", help="Blender before 4.2 takes another form: name it, such as 3.6.")
@click.option("--zip", "zipped", is_flag=True, help="One zip in that folder.")
@click.option("--with-agent", "system", type=click.Choice(list(_SYSTEMS)), help="Also the agent's wheels, for this.")
@_show.json_option
def bundle(host: str, folder: Path, version: str | None, zipped: bool, system: str | None, as_json: bool) -> None:
    """Write an application's side of Farmdeck into a folder: pure Python, nothing else needed."""
    said: dict[str, Any] = {"host": host, "zip": "", "agent": ""}
    done = [] if zipped else install_shared(host, folder, version)
    if zipped:
        said["zip"] = str(bundle_zip(host, folder, version))
    if system is not None:
        said["agent"] = str(fetch_wheels(_SYSTEMS[system], folder))
    if as_json:
        _show.print_json({**said, "installed": [_install.installed_document(each) for each in done]})
        return
    for each in done:
        _install.show_installed(each)
    for path in filter(None, (said["zip"], said["agent"])):
        click.echo(path)


COMMANDS = (bundle,)
