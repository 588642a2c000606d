"""What 3ds Max loads: the package, its scripts, the menu of either system."""

from __future__ import annotations

import re
import runpy
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from farmdeck import __version__

from tests.hosts.max.conftest import Opens

MAX = Path(__file__).parents[3] / "plugins" / "max"
PACKAGE = ET.fromstring((MAX / "PackageContents.xml").read_bytes())
SCRIPTS = [MAX / "farmdeck.mcr", MAX / "farmdeck_start.ms"]
MAXSCRIPT = {"macroScript", "getFilenamePath", "getThisScriptFilename", "python.Execute", "python.ExecuteFile"}
"""What our scripts call: MAXScript help, "Defining Macro Scripts", "Filename Parsing", "Python Language Interface"."""


def test_the_package_has_what_3ds_max_demands() -> None:
    """ "packagexml format": these attributes and CompanyDetails are required."""
    assert PACKAGE.tag == "ApplicationPackage"
    assert (PACKAGE.get("AutodeskProduct"), PACKAGE.get("ProductType")) == ("3ds Max", "Application")
    assert PACKAGE.get("AppVersion") == __version__
    assert re.fullmatch(r"\{[0-9A-F-]{36}\}", PACKAGE.get("UpgradeCode", ""))
    assert PACKAGE.find("CompanyDetails") is not None
    assert {entry.get("Version") for entry in PACKAGE.iter("ComponentEntry")} == {__version__}


def test_every_release_from_2023_on_loads_each_part_once() -> None:
    parts: dict[str, list[tuple[int, int]]] = {}
    for component in PACKAGE.iter("Components"):
        (needs,), (entry,) = component.findall("RuntimeRequirements"), component.findall("ComponentEntry")
        assert (needs.get("OS"), needs.get("Platform")) == ("Win64", "3ds Max")
        assert (MAX / entry.get("ModuleName", "")).exists()
        what = component.get("Description", "").replace("pre-", "").replace("post-", "")
        parts.setdefault(what, []).append((int(needs.get("SeriesMin", "")), int(needs.get("SeriesMax", ""))))
    assert sorted(parts) == [
        "dark icon paths parts", "light icon paths parts", "macroscripts parts", "start-up scripts parts",
    ]  # fmt: skip
    for year in (2023, 2024, 2025, 2026, 2027, 2040):
        assert all(sum(first <= year <= last for first, last in ranges) == 1 for ranges in parts.values()), year
    assert not any(first <= 2022 for ranges in parts.values() for first, _ in ranges)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_balanced_and_call_what_there_is(script: Path) -> None:
    code = re.sub(r"--[^\n]*", "", script.read_text(encoding="ascii"))
    code = re.sub(r'"[^"\n]*"', '""', code)
    assert code.count("(") == code.count(")") > 0 and code.count('"') % 2 == 0
    words = set(re.findall(r"[A-Za-z_.]+", code))
    local = {"local", "folder", "on", "execute", "do", "category", "buttonText", "tooltip", "iconName", "Farmdeck_Open"}
    assert words <= MAXSCRIPT | local, words - MAXSCRIPT - local


def test_the_macro_and_the_menu_mean_each_other(max_with: Opens) -> None:
    max_with()
    from farmdeck_max import _menu

    text = (MAX / "farmdeck.mcr").read_text(encoding="ascii")
    assert f"macroScript {_menu.MACRO}\n" in text and f'category:"{_menu.CATEGORY}"' in text
    icon = re.search(r'iconName:"(\w+)"', text)
    assert icon and (MAX / "icons" / f"{icon[1]}_48.png").read_bytes().startswith(b"\x89PNG")


def start() -> None:
    """What farmdeck_start.ms does."""
    before = list(sys.path)
    try:
        runpy.run_path(str(MAX / "farmdeck_start.py"))
        assert str(MAX) in sys.path and str(MAX / "python") in sys.path
    finally:
        sys.path[:] = before


def test_up_to_2024_the_menu_goes_when_3ds_max_ends(max_with: Opens) -> None:
    host = max_with(release=26000)
    host.watchman.allowed = {
        "createmenu", "createactionitem", "createsubmenuitem", "additem", "unregistermenu", "updatemenubar",
        "addscript", "removescripts",
    }  # fmt: skip
    start()
    assert host.menus == {"Farmdeck": ["Farmdeck_Open`Farmdeck"]} and host.bar == ["Farmdeck"]
    start()
    assert host.bar == ["Farmdeck"], "a second start makes no second menu"
    host.fire("preSystemShutdown")
    assert host.menus == {} and host.bar == [] and host.callbacks == []


def test_from_2025_the_menu_is_made_when_3ds_max_asks(max_with: Opens) -> None:
    host = max_with(release=27000)
    host.watchman.allowed = {"createsubmenu", "createaction", "addscript", "removescripts"}
    start()
    assert host.bar == []
    host.fire("cuiRegisterMenus", host.cui_manager())
    assert host.menus == {"Farmdeck": ["Farmdeck_Open`Farmdeck"]} and host.bar == ["Farmdeck"]
    import farmdeck_max._menu

    farmdeck_max._menu.remove()
    assert host.callbacks == []


def test_start_up_is_cheap(max_with: Opens) -> None:
    """3ds Max waits for it: neither Qt nor the readers are imported for a menu."""
    host = max_with(release=27000)
    host.watchman.allowed = {"addscript", "removescripts"}
    before = set(sys.modules)
    start()
    new = {name for name in set(sys.modules) - before if not name.startswith("farmdeck_max")}
    assert not [name for name in new if name.split(".")[0] in ("PySide2", "PySide6", "farmdeck_ui", "sqlite3")]
