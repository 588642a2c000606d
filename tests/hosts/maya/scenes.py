"""Small scenes of our own, as Maya writes them."""

from __future__ import annotations

from pathlib import Path

HEAD = """//Maya ASCII 2025 scene
//Codeset: UTF-8
requires maya "2025";
currentUnit -l centimeter -a degree -t film;
fileInfo "version" "2025";
"""


def scene(path: Path, text: str) -> Path:
    """A .ma with these statements after a head."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEAD + text, encoding="utf-8")
    return path


LAYERS = """
createNode renderLayerManager -n "renderLayerManager";
createNode renderLayer -n "defaultRenderLayer";
    setAttr ".g" yes;
"""
"""What every scene has."""


def setup_layer(name: str, number: int, previous: str = "") -> str:
    """A Render Setup layer and the renderLayer node that it owns."""
    before = f'connectAttr "{previous}.nxt" "{name}.prv";' if previous else ""
    return f"""
createNode renderSetupLayer -n "{name}";
createNode renderLayer -n "rs_{name}";
connectAttr "rs_{name}.msg" "{name}.lrl";
connectAttr "renderSetup.lit" "{name}.pls";
connectAttr "renderLayerManager.rlmi[{number}]" "rs_{name}.rlid";
{before}
"""


def collection(name: str, parent: str, static: str = "", kind: str = "renderSettingsCollection") -> str:
    """A collection in a layer, with its selector."""
    return f"""
createNode {kind} -n "{name}";
createNode simpleSelector -n "{name}Selector";
    setAttr ".ssl" -type "string" "{static}";
connectAttr "{name}Selector.c" "{name}.sel";
connectAttr "{parent}.lit" "{name}.pls";
"""


def override(name: str, parent: str, plug: str, value: str, previous: str = "", kind: str = "absUniqueOverride") -> str:
    """An override in a collection; `value` is what stands after the attribute in setAttr."""
    node, attribute = plug.split(".")
    target = f'setAttr ".tgName" -type "string" "{node}";' if "Unique" in kind else ""
    before = f'connectAttr "{previous}.nxt" "{name}.prv";' if previous else ""
    return f"""
createNode {kind} -n "{name}";
    addAttr -ci true -sn "atv" -ln "attrValue" -at "double";
    setAttr ".atr" -type "string" "{attribute}";
    {target}
    {value}
connectAttr "{parent}.lit" "{name}.pls";
connectAttr "{parent}.en" "{name}.pen";
{before}
"""
