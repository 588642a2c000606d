"""What Houdini loads: the package, menu, shelf and panel files are whole, and name what exists."""

from __future__ import annotations

import ast
import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import farmdeck_houdini
import pytest

from .conftest import PLUGIN, ROOT

XML = ["MainMenuCommon.xml", "toolbar/farmdeck.shelf", "python_panels/farmdeck.pypanel", "config/Icons/farmdeck.svg"]


def scripts(file: str) -> list[str]:
    root = ElementTree.parse(PLUGIN / file).getroot()
    return [each.text or "" for tag in ("scriptCode", "script") for each in root.iter(tag)]


@pytest.mark.parametrize("file", XML[:3])
def test_scripts_compile_and_call_what_the_package_offers(file: str) -> None:
    found = scripts(file)
    assert found
    for script in found:
        tree = ast.parse(script)
        called = [node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
        offered = [name for name in called if name != "close_panel"]
        assert offered and set(offered) <= set(farmdeck_houdini.__all__)


def test_menu_and_shelf() -> None:
    menu = ElementTree.parse(PLUGIN / "MainMenuCommon.xml").getroot()
    assert menu.find("menuBar/subMenu/label").text == "Farmdeck"
    assert menu.find("menuBar/addScriptItem/parent").text == "render_menu"
    shelf = ElementTree.parse(PLUGIN / "toolbar" / "farmdeck.shelf").getroot()
    assert [tool.get("name") for tool in shelf.findall("tool")] == [
        member.get("name") for member in shelf.findall("toolshelf/memberTool")
    ]


def test_the_interface_is_the_one_that_show_asks_for() -> None:
    panel = ElementTree.parse(PLUGIN / "python_panels" / "farmdeck.pypanel").getroot()
    source = (PLUGIN / "farmdeck_houdini" / "_panel.py").read_text("utf-8")
    assert [each.get("name") for each in panel.findall("interface")] == ["farmdeck"]
    assert 'INTERFACE = "farmdeck"' in source
    functions = {
        node.name
        for node in ast.parse(scripts("python_panels/farmdeck.pypanel")[0]).body
        if isinstance(node, ast.FunctionDef)
    }
    assert functions == {"onCreateInterface", "onDestroyInterface"}


def test_icons_are_there() -> None:
    for file in XML[1:3]:
        root = ElementTree.parse(PLUGIN / file).getroot()
        for icon in [each.get("icon") for each in root.iter() if each.get("icon")]:
            assert (PLUGIN / "config" / "Icons" / f"{icon}.svg").exists()
    assert ElementTree.parse(PLUGIN / XML[3]).getroot().tag.endswith("svg")


def test_the_package_file_of_a_checkout() -> None:
    """HOUDINI_PACKAGE_DIR=…/plugins/houdini is enough to work from a checkout."""
    package = json.loads((PLUGIN / "farmdeck.json").read_text("utf-8"))
    assert package["enable"] == "houdini_version >= '19.5'"
    [path] = [entry["PYTHONPATH"] for entry in package["env"]]
    assert path["method"] == "prepend"
    folders = [Path(text.replace("$HOUDINI_PACKAGE_PATH", str(PLUGIN))).resolve() for text in path["value"]]
    assert {PLUGIN, ROOT / "core", ROOT / "ui"} <= set(folders)


def test_importing_the_package_imports_neither_houdini_nor_qt() -> None:
    tree = ast.parse((PLUGIN / "farmdeck_houdini" / "__init__.py").read_text("utf-8"))
    top = [node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]
    assert {getattr(node, "module", None) for node in top} == {"__future__", "typing"}
