"""The script that has 3ds Max write render elements where the picture goes. It imports nothing of Farmdeck's."""

from __future__ import annotations

_SCRIPT = """\
-- Farmdeck: render elements go where the picture goes first, each folder of theirs below it by its own name.
(
    local folder = @"{folder}"
    try
    (
        local manager = maxOps.GetCurRenderElementMgr()
        local picture = getFilenamePath rendOutputFilename
        for i = 0 to manager.NumRenderElements() - 1 do
        (
            local written = manager.GetRenderElementFilename i
            if written != undefined and written != "" do
            (
                local place = getFilenamePath written
                local sub = if place == picture then "" else (filenameFromPath (trimRight place "\\\\/") + "\\\\")
                makeDir (folder + "\\\\" + sub) all:true
                manager.SetRenderElementFilename i (folder + "\\\\" + sub + filenameFromPath written)
            )
        )
    )
    catch (format "Farmdeck: render elements stay where they are: %\\n" (getCurrentException()))
)
"""


def elements_script(folder: str) -> str:
    """MAXScript for `-preRenderScript`, as text that begins with the mark by which Max reads it as UTF-8."""
    return "\ufeff" + _SCRIPT.format(folder=folder)
