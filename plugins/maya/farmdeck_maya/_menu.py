"""Farmdeck's menu in Maya's main window, and the button for a shelf.

Commands are texts, which Maya documents and the stubs do not: a button's is saved with the shelf.
"""

from __future__ import annotations

from maya import cmds, mel

from ._window import PLUGIN

MENU = "FarmdeckMenu"
_SHOW = "import farmdeck_maya; farmdeck_maya.show()"
_SHELF = "import farmdeck_maya; farmdeck_maya.add_to_shelf()"
ICON = "farmdeck.png"


def build() -> None:
    """Make the menu, anew if it is there; not for a plug-in that was unloaded meanwhile."""
    remove()
    if not cmds.pluginInfo(PLUGIN, query=True, loaded=True):
        return
    window = mel.eval("$farmdeckTmp = $gMainWindow")
    cmds.menu(MENU, label="Farmdeck", parent=window, tearOff=True)
    cmds.menuItem(label="Submit to Farm…", command=_SHOW, sourceType="python", parent=MENU)  # type: ignore[arg-type]
    cmds.menuItem(divider=True, parent=MENU)
    cmds.menuItem(label="Add Button to Current Shelf", command=_SHELF, sourceType="python", parent=MENU)  # type: ignore[arg-type]


def remove() -> None:
    """Take the menu away, if it is there."""
    if cmds.menu(MENU, exists=True):
        cmds.deleteUI(MENU, menu=True)


def add_to_shelf() -> None:
    """A button on the shelf that is in front. It is the artist's from then on: Maya saves it with the shelf."""
    shelves = mel.eval("$farmdeckTmp = $gShelfTopLevel")
    shelf = cmds.tabLayout(shelves, query=True, selectTab=True)
    cmds.shelfButton(
        parent=f"{shelves}|{shelf}",
        label="Farmdeck",
        annotation="Submit the open scene to a render farm",
        image=ICON,
        command=_SHOW,  # type: ignore[arg-type]
        sourceType="python",
    )
