"""`farms list|remove|test`."""

from __future__ import annotations

from typing import Any

import click
from farmdeck import settings
from farmdeck._errors import FarmError
from farmdeck.lock import agent_runs
from farmdeck.store import FarmInfo

from . import _desk, _show


@click.group()
def farms() -> None:
    """The farms that are set up."""


@farms.command("list")
@_show.json_option
def list_farms(as_json: bool) -> None:
    """List the farms and how they are."""
    with _desk.open_store() as store:
        found = [_desk.farm_info(store, name) for name in settings.load().farms]
    if as_json:
        _show.print_json([_farm_document(farm) for farm in found])
        return
    rows = [[farm.name, farm.kind, farm.label, farm.problem or farm.status] for farm in found]
    columns = ["Name", "Kind", "Farm", "Status"]
    balances = [_balance(farm) for farm in found]
    if any(balances):
        columns.append("Balance")
        rows = [[*row, balance or "–"] for row, balance in zip(rows, balances)]
    _show.print_table(columns, rows, numbers=("Balance",))


def _farm_document(farm: FarmInfo) -> dict[str, Any]:
    return {
        "name": farm.name,
        "kind": farm.kind,
        "label": farm.label,
        "status": farm.status,
        "problem": farm.problem,
        "checked": farm.checked,
        "account": farm.document.get("account"),
        "capabilities": farm.document.get("capabilities", {}),
    }


def _balance(farm: FarmInfo) -> str:
    """What is left on it; "" where the farm does not say."""
    account = farm.document.get("account")
    if account is None or account["balance"] is None:
        return ""
    return _show.money(account["balance"], account["currency"])


@farms.command("remove")
@click.argument("name")
def remove_farm(name: str) -> None:
    """Take a farm away; its jobs stay listed."""
    from farmdeck import credentials

    settings.remove_farm(name)
    credentials.forget(name)
    _reload()
    click.echo(f"{name} is no longer set up.")


@farms.command("test")
@click.argument("name")
@_show.json_option
def test_farm(name: str, as_json: bool) -> int:
    """Ask a farm whether it is there."""
    with _desk.open_store() as store:
        farm = _desk.checked_farm(store, name)
    if as_json:
        _show.print_json(_farm_document(farm))
        return 1 if farm.problem else 0
    if farm.problem:
        raise FarmError(farm.problem, "")
    click.echo(f"{name}: {status(farm)}")
    return 0


@farms.command("browse")
@click.argument("name")
@click.argument("path", default="")
@_show.json_option
def browse_farm(name: str, path: str, as_json: bool) -> None:
    """List a folder of a farm's own files."""
    with _desk.open_store() as store:
        _desk.usable_farm(store, name)
        entries = (_desk.ask(store, "farm.browse", name, path=path).values or {})["entries"]
    if as_json:
        _show.print_json(entries)
        return
    _show.print_table(["Name", "Path"], [[one["name"] + "/" * one["folder"], one["path"]] for one in entries])


def status(farm: FarmInfo) -> str:
    """How the farm is, and what is left on the account."""
    balance = _balance(farm)
    return farm.status if not balance or balance in farm.status else f"{farm.status}. Balance: {balance}"


def _reload() -> None:
    with _desk.open_store() as store:
        if agent_runs(store.folder):
            _desk.ask(store, "farms.reload")


COMMANDS = (farms,)
