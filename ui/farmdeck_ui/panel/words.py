"""How things are said: states, counts, times and sizes in the artist's words."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import PurePath

from farmdeck.job import Job

DASH = "–"

_RENDERERS = {
    "CYCLES": "Cycles",
    "BLENDER_EEVEE": "Eevee",
    "BLENDER_EEVEE_NEXT": "Eevee",
    "BLENDER_RENDER": "Blender Render",
    "BLENDER_GAME": "Blender Game",
    "BLENDER_WORKBENCH": "Workbench",
    "arnold": "Arnold",
    "vray": "V-Ray",
    "redshift": "Redshift",
    "karma": "Karma",
    "renderman": "RenderMan",
    "mayaSoftware": "Maya Software",
    "mayaHardware": "Maya Hardware",
    "mayaHardware2": "Maya Hardware 2.0",
    "mayaVector": "Maya Vector",
    "mentalRay": "mental ray",
    "ifd": "Mantra",
    "usdrender": "USD Render",
    "usdrender_rop": "USD Render",
    "Redshift_ROP": "Redshift",
    "vray_renderer": "V-Ray",
    "ris": "RenderMan",
    "Octane_ROP": "Octane",
    "opengl": "OpenGL",
    "rop_geometry": "Geometry",
    "filecache": "File Cache",
    "rop_alembic": "Alembic",
    "filmboxfbx": "FBX",
    "rop_fbx": "FBX",
}
_KINDS = {
    "view_layer": ("layer", "Layer"),
    "render_layer": ("layer", "Layer"),
    "rop": ("ROP", "ROP"),
    "batch_view": ("view", "View"),
    "view": ("view", "View"),
    "camera": ("camera", "Camera"),
}


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 frame`, `148 frames`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def renderer_name(host_id: str) -> str:
    """`Cycles` for the host's own `CYCLES`; several, comma-separated, stay several."""
    names = [name.strip() for name in host_id.split(",") if name.strip()]
    return ", ".join(_RENDERERS.get(name) or _spelled(name) for name in names)


def _spelled(host_id: str) -> str:
    """`Luxcore` for `LUXCORE`, `V-Ray 6 Hotfix 3` for `V_Ray_6__Hotfix_3`."""
    text = " ".join(host_id.replace("_", " ").split()).replace("V Ray", "V-Ray")
    return text[:1].upper() + (text[1:].lower() if text.isupper() else text[1:])


def item_nouns(kinds: Sequence[str]) -> tuple[str, str]:
    """(`layer`, `Layer`): what one of these items is called in a sentence, and heading a column."""
    nouns = {_KINDS.get(kind, ("item", "Item")) for kind in kinds}
    return nouns.pop() if len(nouns) == 1 else ("item", "Item")


def duration(seconds: float | None) -> str:
    """`57 s`, `24 m 05 s`, `3 h 06 m`, `2 d 4 h`; a dash when it is not known."""
    if seconds is None or seconds < 0:
        return DASH
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    if minutes < 1:
        return f"{whole} s"
    hours, left = divmod(minutes, 60)
    if hours < 1:
        return f"{minutes} m {rest:02d} s"
    days, over = divmod(hours, 24)
    return f"{days} d {over} h" if days else f"{hours} h {left:02d} m"


def size(count_of_bytes: float) -> str:
    """`440 MB`; decimal units, three digits."""
    value, units = float(count_of_bytes), ("B", "kB", "MB", "GB", "TB")
    for unit in units[:-1]:
        if value < 999.5:
            return f"{value:.0f} {unit}" if unit == "B" or value >= 99.95 else f"{value:.3g} {unit}"
        value /= 1000
    return f"{value:.3g} {units[-1]}"


def money(amount: float, currency: str) -> str:
    """`$33.67`, `¥1.57`; other currencies by their letters."""
    sign = {"USD": "$", "CNY": "¥", "EUR": "€", "GBP": "£"}.get(currency, f"{currency} " if currency else "")
    return f"{sign}{amount:,.2f}"


def clock_time(seconds: float) -> str:
    """`14:02` today, `12 Mar 14:02` before."""
    then, now = time.localtime(seconds), time.localtime()
    return time.strftime("%H:%M" if then[:3] == now[:3] else "%d %b %H:%M", then)


def job_elapsed(job: Job, now: float) -> float | None:
    """How long it has been going, or took."""
    if job.started is None:
        return None
    return max(0.0, (job.ended or (job.updated if job.state.at_rest else now)) - job.started)


def job_subtitle(job: Job) -> str:
    """`Blender · Cycles`: the second line of a job's row."""
    software = job.software.split(" ")[0] if job.software[:1].isalpha() else job.software
    return " · ".join(part for part in (software, renderer_name(job.renderer)) if part)


def path_name(path: str) -> str:
    """The last piece of a path as any system, or Blender, writes it."""
    return PurePath(path.replace("\\", "/")).name or path


def beside(path: str, scene_file: str) -> str:
    """`path` as seen from the scene's folder where it is below it, else as it is."""
    folder = PurePath(scene_file).parent
    try:
        return str(PurePath(path).relative_to(folder))
    except ValueError:
        return path
