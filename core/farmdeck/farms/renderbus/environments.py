"""A Renderbus account's render environments as ours, and new ones made from what a scene needs.

Source: the SDK method document and protocol V3, "render environment configuration" and "supported rendering software
plugins"; the numbers of the applications: the SDK's general parameters.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from ..._errors import BadInput
from ...environments import RenderEnv, version_key
from ...scene import Plugin, Software
from .models import Plugin as OfferedPlugin
from .models import PluginVersion, SoftwareDetail, SoftwareVersion, UserEnv

CG_NAMES: dict[int, str] = {
    2000: "Maya",
    2001: "3ds Max",
    2002: "LightWave",
    2003: "Arnold Standalone",
    2004: "Houdini",
    2005: "Cinema 4D",
    2006: "Softimage",
    2007: "Blender",
    2008: "VR Standalone",
    2009: "MR Standalone",
    2010: "SketchUp",
    2011: "Vue",
    2012: "KeyShot",
    2013: "Clarisse",
    2014: "Octane Render",
    2015: "Nuke",
    2016: "Katana",
    2020: "Unreal Engine",
}
"""What each of the farm's numbers for an application means, as people write it."""

_PLUGIN_NAMES = {  # the names that a scene file has, and the farm's lists
    "redshift4maya": "redshift",
    "vrayformaya": "vray",
    "vrayforhoudini": "vray",
    "rendermanformaya": "renderman",
}
_SYSTEMS = {"linux": 0, "windows": 1, "": 1}


def cg_id_of(software: str) -> int:
    """The farm's number for an application, however it is spelt. Raises BadInput."""
    wanted = _plain(software)
    found = next((number for number, name in CG_NAMES.items() if _plain(name) == wanted), None)
    if found is None:
        raise BadInput(f"Renderbus renders no {software or 'scenes of an unknown application'}.", "Use another farm.")
    return found


def software_name(cg_id: int, cg_name: str = "") -> str:
    """The application as people write it; the farm's own word where the number is new."""
    return CG_NAMES.get(cg_id, cg_name)


def bare_version(name: str, version: str) -> str:
    """A version without the name that the farm writes before it: `wobble 0.9.5` is `0.9.5`."""
    rest = version[len(name) :] if version.lower().startswith(name.lower()) else version
    return rest.strip() or version.strip()


def plugin_versions(env: UserEnv) -> dict[str, str]:
    """The environment's plug-ins as `software_config` lists them: {"mtoa": "5.3.1"}."""
    return {plugin.name: bare_version(plugin.name, plugin.version) for plugin in env.plugins}


def render_env(env: UserEnv) -> RenderEnv:
    """The farm's environment in our words."""
    return RenderEnv(
        name=env.name,
        software=Software(software_name(env.cg_id, env.cg_name), bare_version(env.cg_name, env.cg_version)),
        plugins=tuple(Plugin(name, version) for name, version in plugin_versions(env).items()),
        system="linux" if env.system == 0 else "windows",
        default=env.is_default,
    )


def user_env(env: RenderEnv, offered: SoftwareDetail, *, layer_type: int = 0, project_folder: str = "") -> UserEnv:
    """Our environment in the farm's words, to make or to change: versions spelt as offered, plug-ins with their ids.

    `offered` is what the farm has for that application. `layer_type`: 0 for Maya's old render layers, 1 for Render
    Setup. Raises BadInput, naming what is not offered.
    """
    system = _system(env)
    version = next((each for each in offered.versions if _is(each, env.software.version)), None)
    if version is None:
        raise BadInput(f"{_not_offered(env.software)}.", _what_is_offered(offered))
    return UserEnv(
        cg_id=cg_id_of(env.software.name),
        name=env.name,
        cg_name=version.name,
        cg_version=version.version,
        system=system,
        layer_type=layer_type,
        is_default=env.default,
        project_path=project_folder,
        plugins=tuple(_offered_plugin(plugin, version, offered) for plugin in env.plugins),
    )


def environment_like(
    software: Software,
    plugins: Sequence[Plugin],
    offered: SoftwareDetail,
    system: str = "",
    taken: Collection[str] = (),
) -> tuple[RenderEnv, list[str]]:
    """The environment nearest to a scene's own versions, and a sentence for everything that differs.

    The very version where it is offered, else the nearest that is not older in the same major version; each plug-in
    likewise. `system`: `linux`, `windows`, "" for windows. `taken`: names it must not have. Raises BadInput when no
    version would do.
    """
    version, notes = _choose_version(software, offered)
    families = {
        _plugin_key(family.name): family for family in offered.plugins if family.software_version_id == version.id
    }
    chosen: list[Plugin] = []
    unknown: list[str] = []
    for plugin in plugins:
        family = families.get(_plugin_key(plugin.name))
        if family is None:
            unknown.append(plugin.name)
            continue
        found, note = _choose_plugin(plugin, family)
        chosen += [Plugin(family.name, found)] if found else []
        notes += [note] if note else []
    bare = bare_version(version.name, version.version)
    if unknown:
        notes.append(
            f"Renderbus lists no {_words(unknown)} for {software.name} {bare}. What is part of {software.name} itself "
            "is there all the same."
        )
    name = _free_name(" ".join([software.name, bare, *(f"{each.name} {each.version}" for each in chosen)]), taken)
    env = RenderEnv(name, Software(software.name, bare), tuple(chosen), system or "windows")
    _system(env)
    return env, notes


def _choose_version(software: Software, offered: SoftwareDetail) -> tuple[SoftwareVersion, list[str]]:
    by_text = {bare_version(each.name, each.version): each for each in offered.versions}
    text, exact = _nearest(software.version, by_text)
    if not text:
        raise BadInput(f"{_not_offered(software)}, nor a newer one that opens its scenes.", _what_is_offered(offered))
    if not version_key(software.version):
        note = f"The scene does not say which {software.name} saved it; {text}, the newest, is taken."
    else:
        note = f"{software.name} {software.version} is not offered; {text} is the nearest that is not older."
    return by_text[text], [] if exact else [note]


def _choose_plugin(plugin: Plugin, family: OfferedPlugin) -> tuple[str, str]:
    """The version to take, "" for none, and what is to be said of it, "" for nothing."""
    texts = [bare_version(family.name, each.version) for each in family.versions]
    text, exact = _nearest(plugin.version, texts)
    if exact:
        return text, ""
    if not text:
        here = _words(texts) or "no version"
        return "", f"{plugin.name} {plugin.version} is not offered, nor a newer one like it: it is left out. {here} is."
    if not version_key(plugin.version):
        return text, f"The scene does not say which {plugin.name} it needs; {text}, the newest, is taken."
    return text, f"{plugin.name} {plugin.version} is not offered; {text} is the nearest that is not older."


def _nearest(wanted: str, offered: Iterable[str]) -> tuple[str, bool]:
    """The best version on offer and whether it is the very one, as far as both are told; "" when none would do."""
    keys = {text: version_key(text) for text in offered if version_key(text)}
    key = version_key(wanted)
    if not key:
        return (max(keys, key=keys.__getitem__) if keys else ""), False
    alike = [text for text, here in keys.items() if here == key[: len(here)]]
    if alike:  # the farm may tell fewer numbers than the scene: 4.5 renders what 4.5.3 saved
        return max(alike, key=lambda text: len(keys[text])), True
    newer = [text for text, here in keys.items() if here > key and here[0] == key[0]]
    best = min(newer, key=keys.__getitem__, default="")
    return best, bool(best) and keys[best][: len(key)] == key


def _offered_plugin(plugin: Plugin, version: SoftwareVersion, offered: SoftwareDetail) -> PluginVersion:
    """That version of the plug-in; "" takes the newest. Raises BadInput."""
    families = _families(version, offered)
    family = next((each for each in families if _plugin_key(each.name) == _plugin_key(plugin.name)), None)
    if family is None:
        raise BadInput(
            f"{plugin.name} is not offered for {version.name} {version.version}.",
            f"It has {_words([each.name for each in families]) or 'no plug-ins'}.",
        )
    for each in family.versions:
        if _same_version(plugin.version, bare_version(family.name, each.version)):
            return each
    if not plugin.version and family.versions:
        return _newest(family.versions)
    raise BadInput(
        f"{plugin.name} {plugin.version} is not offered.",
        f"Take one of: {', '.join(bare_version(family.name, each.version) for each in family.versions)}.",
    )


def _families(version: SoftwareVersion, offered: SoftwareDetail) -> list[OfferedPlugin]:
    """The plug-ins for that version of the application."""
    return [each for each in offered.plugins if each.software_version_id == version.id]


def _newest(versions: Sequence[PluginVersion]) -> PluginVersion:
    return max(versions, key=lambda each: version_key(bare_version(each.name, each.version)))


def _is(version: SoftwareVersion, wanted: str) -> bool:
    return _same_version(wanted, bare_version(version.name, version.version))


def _same_version(one: str, other: str) -> bool:
    return one == other or (version_key(one) == version_key(other) != ())


def _system(env: RenderEnv) -> int:
    """The farm's number for the render machines' system. Raises BadInput."""
    if env.system not in _SYSTEMS:
        raise BadInput(f"Renderbus has no {env.system} machines.", "Choose linux or windows.")
    if env.system == "linux" and _plain(env.software.name) == "3dsmax":
        raise BadInput("3ds Max renders on Windows machines only.", "Choose windows.")
    return _SYSTEMS[env.system]


def _not_offered(software: Software) -> str:
    return f"Renderbus does not offer {software.name} {software.version}"


def _what_is_offered(offered: SoftwareDetail) -> str:
    versions = sorted((bare_version(each.name, each.version) for each in offered.versions), key=version_key)
    return f"It has {_words(versions)}." if versions else "Ask its support which versions it has."


def _free_name(name: str, taken: Collection[str]) -> str:
    used = {each.casefold() for each in taken}
    numbered = (f"{name} ({count})" for count in range(2, len(used) + 3))
    return next(each for each in (name, *numbered) if each.casefold() not in used)


def _plugin_key(name: str) -> str:
    """A plug-in's name without what differs between a scene file and the farm's list."""
    key = _plain(re.sub(r"\.(mll|so|bundle|dl[a-z])$", "", name.lower()))
    return _PLUGIN_NAMES.get(key, key)


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.lower())


def _words(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)
