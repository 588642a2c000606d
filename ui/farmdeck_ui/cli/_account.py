"""`account` and `labels`: who we are on a farm, and the words its jobs are found by."""

from __future__ import annotations

import click
from farmdeck._errors import BadInput, FarmError
from farmdeck.documents import from_plain
from farmdeck.farm import Account, Extra
from farmdeck.store import FarmInfo

from . import _desk, _show
from ._farm_extras import extras, run, show

farm_option = click.option("--farm", default="", help="Without: the only one that is set up beside this machine.")


@click.command()
@farm_option
@_show.json_option
def account(farm: str, as_json: bool) -> None:
    """Say who we are on a farm, and what is left."""
    name = _desk.only_farm(farm)
    with _desk.open_store() as store:
        found = _desk.checked_farm(store, name)
    if found.problem:
        raise FarmError(found.problem, "")
    doc = found.document.get("account")
    if doc is None:
        raise BadInput(f"{found.label} has no accounts.", "There is nothing to pay.")
    if as_json:
        _show.print_json({"farm": name, **doc})
        return
    _show.print_table(["", ""], _rows(found, from_plain(Account, doc)))


def _rows(farm: FarmInfo, account: Account) -> list[list[str]]:
    rows = [["Farm", f"{farm.name}, {farm.label}"], ["Account", account.name]]
    if account.balance is not None:
        rows.append(["Balance", _show.money(account.balance, account.currency)])
    prices = [[name, f"{_show.money(price, account.currency)} an hour"] for name, price in account.prices.items()]
    return [*rows, *prices, *([name, fact] for name, fact in account.facts.items())]


@click.command()
@click.argument("action", type=click.Choice(["list", "add", "delete"]), default="list")
@click.argument("name", default="")
@farm_option
@_show.json_option
def labels(action: str, name: str, farm: str, as_json: bool) -> None:
    """List, add or delete the labels that a farm's jobs are found by."""
    if (action == "list") == bool(name):
        raise click.UsageError("Name the label." if not name else "list takes no name.")
    chosen = _desk.only_farm(farm)
    with _desk.open_store() as store:
        info = _desk.usable_farm(store, chosen)
        if action != "list":
            came = run(store, info, _extra(info, f"{action}-label"), {"name": name})
            click.echo(came.get("said", ""))
            return
        listing = _extra(info, "labels")
        came = run(store, info, listing, {})
    if as_json:
        _show.print_json([{"name": row[0], "number": row[1] if len(row) > 1 else ""} for row in came.get("rows", ())])
    else:
        show(listing.columns, came)


def _extra(farm: FarmInfo, name: str) -> Extra:
    """Raises BadInput."""
    known = extras(farm)
    if name not in known:
        raise BadInput(f"{farm.name} has no labels.", f"What it can do: farmdeck farms extras {farm.name}")
    return known[name]


COMMANDS = (account, labels)
