"""`farms extras` and `farms run`: what else a farm can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click
from farmdeck._errors import BadInput
from farmdeck.documents import from_plain
from farmdeck.farm import Extra, Option, check_options
from farmdeck.store import FarmInfo, Store

from . import _desk, _show
from ._farms import farms
from ._scene import option_pair


@farms.command("extras")
@click.argument("name")
@_show.json_option
def list_extras(name: str, as_json: bool) -> None:
    """List what else a farm can do."""
    with _desk.open_store() as store:
        found = extras(_desk.usable_farm(store, name))
    if as_json:
        _show.print_json(list(found.values()))
        return
    if not found and _show.terminal():
        click.echo(f"{name} can do nothing else.")
        return
    rows = [
        [one.name, one.label, one.on, ", ".join(map(_option, one.options)), ", ".join(filter(None, one.columns))]
        for one in found.values()
    ]
    _show.print_table(["Extra", "What", "On", "Options", "Answers with"], rows)


def _option(option: Option) -> str:
    """`level=usual (usual, high)`."""
    value = str(option.default).lower() if isinstance(option.default, bool) else option.default
    choices = f" ({', '.join(option.choices)})" if option.choices else ""
    return f"{option.name}={value}{choices}"


@farms.command("run")
@click.argument("name")
@click.argument("extra")
@click.argument("job", default="")
@click.option("--option", "options", multiple=True, metavar="K=V", help="An option of the extra's; again for more.")
@_show.json_option
def run_extra(name: str, extra: str, job: str, options: tuple[str, ...], as_json: bool) -> None:
    """Do one of a farm's extras, to a job or to the farm."""
    with _desk.open_store() as store:
        farm = _desk.usable_farm(store, name)
        wanted = extras(farm).get(extra)
        if wanted is None:
            raise BadInput(f'{name} has nothing called "{extra}".', f"See: farmdeck farms extras {name}")
        job_id = _job_id(store, farm, wanted, job)
        came = run(store, farm, wanted, dict(map(option_pair, options)), job_id)
    if as_json:
        doc = {"farm": name, "extra": extra, "job": job_id, "said": came.get("said", "")}
        _show.print_json({**doc, "columns": wanted.columns, "rows": came.get("rows", [])})
    else:
        show(wanted.columns, came)


def _job_id(store: Store, farm: FarmInfo, extra: Extra, job: str) -> str:
    """Raises BadInput, UnknownJob."""
    if (extra.on == "job") != bool(job):
        what = "is done to a job" if extra.on == "job" else "is not done to a job"
        raise BadInput(f"{extra.name} {what}.", "Name one." if extra.on == "job" else "Leave the job out.")
    if not job:
        return ""
    found = store.job(job)
    if found.farm != farm.name:
        raise BadInput(f"{found.name} is not on {farm.name}.", f"It is on {found.farm}.")
    return found.id


def extras(farm: FarmInfo) -> dict[str, Extra]:
    """By name."""
    found = [from_plain(Extra, doc) for doc in farm.document.get("capabilities", {}).get("extras", ())]
    return {extra.name: extra for extra in found}


def run(store: Store, farm: FarmInfo, extra: Extra, values: Mapping[str, Any], job: str = "") -> Mapping[str, Any]:
    """{"rows": …} or {"said": …}. Raises BadInput, FarmdeckError."""
    checked = check_options(extra.options, values)
    return _desk.ask(store, "farm.run", farm.name, extra=extra.name, job=job, values=checked).values or {}


def show(columns: Sequence[str], came: Mapping[str, Any]) -> None:
    """Its table, or its sentence."""
    if "said" in came:
        click.echo(came["said"])
    elif came["rows"] or not _show.terminal():
        _show.print_table(columns, came["rows"])
    else:
        click.echo("There is none.")


COMMANDS = ()
