"""`install` and `uninstall`: putting Farmdeck into an application."""

from __future__ import annotations

import click

from farmdeck_ui import install_blender


@click.group()
def install() -> None:
    """Put Farmdeck into an application."""


@click.group()
def uninstall() -> None:
    """Take Farmdeck out of an application."""


@install.command("blender")
@click.option("--version", help="Only this one, such as 4.5. Without: every Blender of yours.")
def into_blender(version: str | None) -> None:
    """Put the add-on into Blender."""
    for addon in install_blender.install(version):
        how = "switched on" if addon.enabled else "switch it on in Preferences, Add-ons"
        click.echo(f"Blender {addon.version}: {addon.path} ({how})")


@uninstall.command("blender")
@click.option("--version", help="Only this one, such as 4.5. Without: every Blender of yours.")
def from_blender(version: str | None) -> None:
    """Take the add-on out of Blender."""
    removed = install_blender.uninstall(version)
    for addon in removed:
        click.echo(f"Blender {addon.version}: {addon.path} is gone")
    if not removed:
        click.echo("Farmdeck is in no Blender of yours.")


COMMANDS = (install, uninstall)
