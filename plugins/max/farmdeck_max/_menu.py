"""The Farmdeck menu in 3ds Max' menu bar. The macro behind it is in farmdeck.mcr."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pymxs import runtime as rt

from ._values import known

if TYPE_CHECKING:
    from pymxs import CuiMenuMgr  # a class of our stub alone

TITLE, MACRO, CATEGORY = "Farmdeck", "Farmdeck_Open", "Farmdeck"
ENTRY = "Open Farmdeck"
CALLBACKS = "farmdeckMenu"
MACROS = 647394
"""The table of macroscripts; an action's id there is MACRO`CATEGORY (MAXScript help 2025, "The Menu System")."""
MENU_ID, ENTRY_ID = "8b0f3a52-6a3e-4b8f-9a1d-2f0c7d5e9b11", "c6a0f7d4-19c2-4d3a-8e55-70b1f4a2c3e8"
NEW_MENUS = 27000
"""3ds Max 2025, by `maxVersion`: menus are made whenever 3ds Max asks for them, and kept by nobody."""


def install() -> None:
    """Have the menu in this session."""
    remove()
    if _release() >= NEW_MENUS:
        rt.callbacks.addScript(rt.Name("cuiRegisterMenus"), _register, id=rt.Name(CALLBACKS))
        return
    menu = rt.menuMan.createMenu(TITLE)
    menu.addItem(rt.menuMan.createActionItem(MACRO, CATEGORY), -1)
    rt.menuMan.getMainMenuBar().addItem(rt.menuMan.createSubMenuItem(TITLE, menu), -1)
    rt.menuMan.updateMenuBar()
    # Up to 2024 a menu is saved with the user's own at the end: taken away before, an uninstalled Farmdeck leaves none.
    rt.callbacks.addScript(rt.Name("preSystemShutdown"), remove, id=rt.Name(CALLBACKS))


def remove() -> None:
    """Take it away, one of an earlier session that crashed included."""
    rt.callbacks.removeScripts(id=rt.Name(CALLBACKS))
    if _release() >= NEW_MENUS:
        return
    menu = known(rt.menuMan.findMenu(TITLE))
    if menu is not None:
        rt.menuMan.unRegisterMenu(menu)
        rt.menuMan.updateMenuBar()


def _register() -> None:
    """3ds Max asks for menus: at its start, and when it loads a menu file."""
    manager: CuiMenuMgr = rt.callbacks.notificationParam()
    menu = manager.mainMenuBar.CreateSubMenu(MENU_ID, TITLE)
    menu.CreateAction(ENTRY_ID, MACROS, f"{MACRO}`{CATEGORY}", title=ENTRY)


def _release() -> int:
    return int(list(rt.maxVersion())[0])
