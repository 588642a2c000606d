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
    """A .ma with these statements after a head, laid out as Maya does: one a line, a node's own behind a tab."""
    lines = [" ".join(statement.split()) for statement in text.split(";")]
    laid = "".join(("\t" if line.startswith(("setAttr", "addAttr")) else "") + f"{line};\n" for line in lines if line)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{HEAD}{laid}// End of {path.name}\n", encoding="utf-8")
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


def plain(tmp_path: Path) -> Path:
    """A project with tiles, a range, a prefix with tokens."""
    (tmp_path / "sourceimages").mkdir()
    for tile in (1001, 1002):
        (tmp_path / "sourceimages" / f"wood.{tile}.png").touch()
    return scene(
        tmp_path / "scenes" / "shot 010.ma",
        LAYERS
        + """
        requires "mtoa" "5.3.1";
        createNode transform -n "cam";
        createNode camera -n "camShape" -p "cam";
        createNode file -n "wood";
            setAttr ".ftn" -type "string" "sourceimages/wood.<UDIM>.png";
            setAttr ".uvt" 3;
        select -ne :defaultRenderGlobals;
            setAttr ".an" yes;
            setAttr ".ef" 24;
            setAttr ".bfs" 2;
            setAttr ".ep" 4;
            setAttr ".pff" yes;
            setAttr ".outf" 32;
            setAttr ".ifp" -type "string" "<RenderLayer>/<Camera>/<Scene>";
        """,
    )


def legacy(tmp_path: Path) -> Path:
    """Two legacy layers, the second in front; the master layer has adjustments too."""
    return scene(
        tmp_path / "legacy.ma",
        """
        createNode renderLayerManager -n "renderLayerManager";
            setAttr ".crl" 2;
        createNode renderLayer -n "defaultRenderLayer";
            setAttr ".g" yes;
            setAttr ".rndr" no;
            setAttr ".adjs[0].val" 10;
            setAttr ".adjs[1].val" 0;
        createNode renderLayer -n "beauty";
            setAttr ".adjs[0].val" 48;
        createNode renderLayer -n "shadow";
            setAttr ".adjs[0].val" 99;
            setAttr ".adjs[1].val" 1;
        createNode transform -n "cam";
        createNode camera -n "camShape" -p "cam";
        select -ne :defaultRenderGlobals;
            setAttr ".an" yes;
            setAttr ".ef" 99;
        connectAttr ":defaultRenderGlobals.ef" "defaultRenderLayer.adjs[0].plg";
        connectAttr ":defaultRenderGlobals.ef" "beauty.adjs[0].plg";
        connectAttr ":defaultRenderGlobals.ef" "shadow.adjs[0].plg";
        connectAttr "camShape.rnd" "defaultRenderLayer.adjs[1].plg";
        connectAttr "camShape.rnd" "shadow.adjs[1].plg";
        connectAttr "renderLayerManager.rlmi[0]" "defaultRenderLayer.rlid";
        connectAttr "renderLayerManager.rlmi[1]" "beauty.rlid";
        connectAttr "renderLayerManager.rlmi[2]" "shadow.rlid";
        """,
    )


def render_setup(tmp_path: Path, more: str = "") -> Path:
    """Two layers; the second has overrides of its settings, one over another, and a camera of its own."""
    return scene(
        tmp_path / "setup.ma",
        LAYERS
        + 'createNode renderSetup -n "renderSetup";'
        + setup_layer("beauty", 1)
        + setup_layer("fx", 2, "beauty")
        + collection("settings", "fx")
        + override("weaker", "settings", "defaultRenderGlobals.endFrame", 'setAttr ".atv" 60;')
        + override("stronger", "settings", "defaultRenderGlobals.endFrame", 'setAttr ".atv" 75;', "weaker")
        + override("engine", "settings", "defaultRenderGlobals.currentRenderer",
                   'setAttr ".atv" -type "string" "arnold";', "stronger")
        + override("half", "settings", "defaultResolution.width", 'setAttr ".mul" 0.5; setAttr ".ofs" 20;', "engine",
                   "relUniqueOverride")
        + """
        createNode transform -n "cam";
        createNode camera -n "camShape" -p "cam";
            setAttr ".rnd" no;
        """
        + collection("shots", "fx", "|cam|camShape", "collection")
        + override("show", "shots", "camShape.renderable", 'setAttr ".atv" yes;', "", "absOverride")
        + """
        select -ne :defaultRenderGlobals;
            setAttr ".an" yes;
            setAttr ".ef" 24;
        select -ne :defaultResolution;
            setAttr ".w" 1000;
        connectAttr "renderLayerManager.rlmi[0]" "defaultRenderLayer.rlid";
        """
        + more,
    )  # fmt: skip


def visible(tmp_path: Path) -> Path:
    """The same, saved while its second layer was visible."""
    path = render_setup(
        tmp_path,
        """
        createNode applyAbsFloatOverride -n "applied1";
            setAttr ".ori" 24;
            setAttr ".val" 60;
        createNode applyAbsFloatOverride -n "applied2";
            setAttr ".val" 75;
        createNode unitToTimeConversion -n "unitToTimeConversion1";
        createNode applyAbsStringOverride -n "applied3";
            setAttr ".ori" -type "string" "mayaSoftware";
            setAttr ".val" -type "string" "arnold";
        connectAttr "applied3.out" ":defaultRenderGlobals.ren";
        createNode applyRelFloatOverride -n "applied4";
            setAttr ".ori" 1000;
            setAttr ".val" 520;
        connectAttr "applied4.out" ":defaultResolution.w";
        createNode applyAbsBoolOverride -n "applied5";
            setAttr ".ori" no;
            setAttr ".val" yes;
        connectAttr "applied5.out" "camShape.rnd";
        connectAttr "applied1.out" "applied2.ori";
        connectAttr "applied2.out" "unitToTimeConversion1.i";
        connectAttr "unitToTimeConversion1.o" ":defaultRenderGlobals.ef";
        select -ne :renderLayerManager;
            setAttr ".crl" 2;
        """,
    )
    kept = path.read_text("utf-8").replace('\tsetAttr ".ef" 24;\n', "")  # a connected plug keeps no value of its own
    path.write_text(kept, encoding="utf-8")
    return path


def referenced(tmp_path: Path) -> Path:
    """A set with a tree in it, and one that is not loaded."""
    (tmp_path / "bark.png").touch()
    scene(tmp_path / "tree.ma", 'createNode file -n "bark"; setAttr ".ftn" -type "string" "bark.png";')
    scene(
        tmp_path / "set.ma",
        """
        file -r -ns "tree" -rfn "treeRN" -typ "mayaAscii" "tree.ma";
        createNode reference -n "treeRN";
        createNode transform -n "cam";
        createNode camera -n "camShape" -p "cam";
        createNode renderLayer -n "defaultRenderLayer";
        createNode renderLayer -n "old";
        """,
    )
    return scene(
        tmp_path / "shot.ma",
        """
        file -rdi 1 -ns "set" -rfn "setRN" -typ "mayaAscii" "set.ma";
        file -rdi 2 -ns "tree" -rfn "set:treeRN" -typ "mayaAscii" "tree.ma";
        file -r -ns "set" -dr 1 -rfn "setRN" -typ "mayaAscii" "set.ma";
        file -rdi 1 -ns "gone" -dr 1 -rfn "goneRN" -typ "mayaAscii" "gone.ma";
        file -r -ns "gone" -dr 1 -rfn "goneRN" -typ "mayaAscii" "gone.ma";
        file -rdi 1 -ns "again" -rfn "againRN" -typ "mayaAscii" "tree.ma{1}";
        file -r -ns "again" -dr 1 -rfn "againRN" -typ "mayaAscii" "tree.ma{1}";
        createNode reference -n "setRN";
        createNode reference -n "againRN";
        createNode renderLayerManager -n "renderLayerManager";
        connectAttr "renderLayerManager.rlmi[3]" "set:old.rlid";
        createNode reference -n "goneRN";
        createNode reference -n "sharedReferenceNode";
        createNode reference -n "emptyRN";
        """,
    )


def twins(tmp_path: Path) -> Path:
    """Two cameras of one name."""
    return scene(
        tmp_path / "twins.ma",
        """
        createNode transform -n "a";
        createNode transform -n "cam" -p "a";
        createNode camera -n "camShape" -p "|a|cam";
        createNode transform -n "b";
        createNode transform -n "cam" -p "b";
        createNode camera -n "camShape" -p "|b|cam";
            setAttr ".rnd" no;
        """,
    )


def passes(tmp_path: Path) -> Path:
    """Three AOVs: one is off, one is only shown."""
    return scene(
        tmp_path / "aovs.ma",
        """
        createNode aiOptions -s -n "defaultArnoldRenderOptions";
        createNode aiAOVDriver -s -n "defaultArnoldDriver";
            setAttr ".ai_translator" -type "string" "exr";
        createNode aiAOVDriver -s -n "screen";
            setAttr ".output_mode" 0;
        createNode aiAOV -n "one"; setAttr ".aovn" -type "string" "diffuse";
        createNode aiAOV -n "two"; setAttr ".aovn" -type "string" "Z"; setAttr ".aoven" no;
        createNode aiAOV -n "three"; setAttr ".aovn" -type "string" "N";
        createNode aiAOV -n "four";
            setAttr ".aovn" -type "string" "P";
        connectAttr ":defaultArnoldDriver.msg" "one.out[0].drvr";
        connectAttr ":screen.msg" "three.out[0].drvr";
        select -ne :defaultRenderGlobals;
            setAttr ".ren" -type "string" "arnold";
        """,
    )


BUILT = (plain, legacy, render_setup, visible, referenced, twins, passes)
"""Those that reader and adapter have to agree about."""
