"""The settings: one TOML file of the user's over one of the studio's. Read by the agent and the command line.

    [local]                     # this machine's own farm
    [agent]
    [reports]                   # an accounting service that ended jobs are reported to: reports/_settings.py
    [farms.studio]              # one table for each farm that is set up
    kind = "flamenco"
    url = "…"

The user's is `settings.toml` in the configuration folder; the studio's is the file that FARMDECK_STUDIO_SETTINGS
names, or `/etc/farmdeck/settings.toml`. Tables are merged key by key, the user's word over the studio's. Only the
user's file is ever written, never when it cannot be read, always whole; comments stay. Secrets are not kept here:
see credentials.py.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomllib

from ._errors import SettingsError, UnknownFarm
from .places import config_folder

FILE_NAME = "settings.toml"
TABLES = ("agent", "farms", "local", "reports")
LOCAL = "local"
SECRET_KEYS = frozenset("access_key api_key access_key_secret password secret secret_key token".split())
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}\Z")
_AT = re.compile(r" \(at line (\d+), column \d+\)\Z")


@dataclass(frozen=True)
class FarmSettings:
    """One farm that is set up."""

    name: str
    kind: str
    """The name of its entry point: `local`, `flamenco`, …"""
    values: Mapping[str, Any] = field(default_factory=dict)
    """Its table, without the kind."""


@dataclass(frozen=True)
class Settings:
    """Everything that is set, studio and user merged."""

    farms: Mapping[str, FarmSettings]
    """By name; `local` is always there, its values are the table `[local]`."""
    local: Mapping[str, Any] = field(default_factory=dict)
    agent: Mapping[str, Any] = field(default_factory=dict)
    reports: Mapping[str, Any] = field(default_factory=dict)

    def farm(self, name: str) -> FarmSettings:
        """The farm of that name. Raises UnknownFarm."""
        if name not in self.farms:
            raise UnknownFarm(f'No farm is called "{name}".', f"Set up: {', '.join(self.farms)}. `farmdeck farms add`.")
        return self.farms[name]


# -- reading


def user_file(environ: Mapping[str, str] = os.environ) -> Path:
    """The file that Farmdeck writes; it need not exist."""
    return config_folder(environ) / FILE_NAME


def studio_file(environ: Mapping[str, str] = os.environ) -> Path:
    """The file that a studio hands out; it need not exist."""
    if environ.get("FARMDECK_STUDIO_SETTINGS"):
        return Path(environ["FARMDECK_STUDIO_SETTINGS"])
    if sys.platform == "win32":
        return Path(environ.get("PROGRAMDATA") or r"C:\ProgramData") / "Farmdeck" / FILE_NAME
    return Path("/etc/farmdeck") / FILE_NAME


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings as they are now. Raises SettingsError naming the file and, where it can, the line."""
    studio = studio_file(environ)
    if environ.get("FARMDECK_STUDIO_SETTINGS") and not studio.exists():
        raise SettingsError(
            f"{studio}, which FARMDECK_STUDIO_SETTINGS names, is not there.", "Ask who looks after it, or unset it."
        )
    return _settings(_merged(_read(studio), _read(user_file(environ))))


def _read(path: Path) -> dict[str, Any]:
    return _parsed(_text(path), path)


def _text(path: Path) -> str:
    """The file's text; "" when there is none. Raises SettingsError."""
    try:
        return path.read_bytes().decode("utf-8-sig")  # Notepad writes a byte order mark
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as exc:
        raise SettingsError(f"{path} is not UTF-8 text.", "Save it as UTF-8.") from exc
    except OSError as exc:
        raise SettingsError(f"{path} cannot be read: {exc.strerror}.", "Check the file's rights.") from exc


def _parsed(text: str, path: Path) -> dict[str, Any]:
    """The tables of `text`, their shape checked. Raises SettingsError."""
    try:
        tables = tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as exc:
        at = _AT.search(str(exc))
        line = f", line {at.group(1)}" if at else ""
        said = _AT.sub("", str(exc))
        raise SettingsError(f"{path}{line} is not TOML: {said}.", "Correct it; it was left as it is.") from exc
    for name in tables:
        if name not in TABLES:
            raise _wrong(path, text, name, f'"{name}" is not a table that Farmdeck knows', f"Use: {', '.join(TABLES)}.")
        if not isinstance(tables[name], dict):
            raise _wrong(path, text, name, f"{name} is not a table", f"Write [{name}] and its keys below.")
    for name, table in tables.get("farms", {}).items():
        _check_farm(name, table, text, path)
    return tables


def _check_farm(name: str, table: Any, text: str, path: Path) -> None:
    where = f"farms.{name}"
    if not isinstance(table, dict):
        raise _wrong(path, text, where, f"{where} is not a table", f"Write [{where}] and its keys below.")
    if name == LOCAL:
        raise _wrong(path, text, where, "the farm local is this machine", "Write its keys below [local].")
    if not _NAME.match(name):
        raise _wrong(path, text, where, f'"{name}" cannot be a farm\'s name', "Use letters, digits, - and _.")
    if not isinstance(table.get("kind", ""), str):
        raise _wrong(path, text, where, f"{where}.kind is not a text", 'Write a kind such as "flamenco".')


def _wrong(path: Path, text: str, dotted: str, what: str, fix: str) -> SettingsError:
    line = _line_of(text, dotted)
    return SettingsError(f"{path}{f', line {line}' if line else ''}: {what}.", fix)


def _line_of(text: str, dotted: str) -> int:
    """The first line that opens or sets `dotted`; 0 when none is plain enough to see."""
    *above, last = dotted.split(".")
    inside = ""
    for number, line in enumerate(text.splitlines(), 1):
        plain = re.sub(r"[\"'\s]", "", line.split("#")[0])
        header = re.match(r"\[+([^\]]+)\]", plain)
        if header:
            inside = header.group(1)
            if inside == dotted or inside.startswith(dotted + "."):
                return number
        elif "=" in plain:
            key = plain.split("=")[0]
            full = f"{inside}.{key}" if inside else key
            if full == dotted or full.startswith(dotted + "."):
                return number
    return 0


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """`above` laid over `below`; tables key by key, everything else whole."""
    out = dict(below)
    for key, value in above.items():
        under = out.get(key)
        out[key] = _merged(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
    return out


def _settings(tables: Mapping[str, Any]) -> Settings:
    local = tables.get(LOCAL, {})
    farms = {LOCAL: FarmSettings(LOCAL, LOCAL, local)}
    for name, table in tables.get("farms", {}).items():
        if not table.get("kind"):
            raise SettingsError(
                f"The farm {name} has no kind in the settings.", f'Write kind = "…" below [farms.{name}].'
            )
        values = {key: value for key, value in table.items() if key != "kind"}
        farms[name] = FarmSettings(name, table["kind"], values)
    return Settings(farms=farms, local=local, agent=tables.get("agent", {}), reports=tables.get("reports", {}))


# -- writing


def add_farm(name: str, kind: str, values: Mapping[str, Any], environ: Mapping[str, str] = os.environ) -> FarmSettings:
    """Set a farm up, or set it up anew. Raises SettingsError."""
    if name == LOCAL:
        raise SettingsError("The farm local is this machine; it is always there.", "Choose another name.")
    if not _NAME.match(name):
        raise SettingsError(f'"{name}" cannot be a farm\'s name.', "Use letters, digits, - and _.")
    for key in values:
        _refuse_secret(key)

    def change(doc: Any) -> None:
        import tomlkit

        farms = doc.get("farms")
        if farms is None:
            farms = doc["farms"] = tomlkit.table(is_super_table=True)
        table = tomlkit.table()
        table.update({"kind": kind, **values})
        farms[name] = table

    _write(change, environ)
    return FarmSettings(name, kind, dict(values))


def remove_farm(name: str, environ: Mapping[str, str] = os.environ) -> None:
    """Take a farm out of the user's file. Raises UnknownFarm, SettingsError."""
    load(environ).farm(name)
    if name == LOCAL:
        raise SettingsError("The farm local is this machine; it cannot be removed.", "Just do not submit to it.")
    if name not in _read(user_file(environ)).get("farms", {}):
        raise SettingsError(
            f"The farm {name} comes from the studio's settings, {studio_file(environ)}.", "Ask who looks after them."
        )
    _write(lambda doc: doc["farms"].remove(name), environ)


def set_value(dotted: str, value: Any, environ: Mapping[str, str] = os.environ) -> None:
    """Set one value, as in `set_value("local.processes", 2)`; None takes the user's own away. Raises SettingsError."""
    *tables, key = dotted.split(".")
    if not tables or not all(_NAME.match(part) for part in (*tables, key)):
        raise SettingsError(f'"{dotted}" does not name a setting.', "Name a table and a key, such as local.processes.")
    _refuse_secret(key)

    def change(doc: Any) -> None:
        import tomlkit

        for part in tables:
            if not isinstance(doc.get(part), Mapping):
                if value is None:
                    return
                doc[part] = tomlkit.table()
            doc = doc[part]
        if value is not None:
            doc[key] = value
        elif key in doc:
            doc.remove(key)

    _write(change, environ)


def _refuse_secret(key: str) -> None:
    if key.lower() in SECRET_KEYS:
        raise SettingsError(f"{key} is a secret; the settings file is not a place for it.", "Use --secret-stdin.")


def _write(change: Callable[[Any], None], environ: Mapping[str, str]) -> None:
    """Change the user's file, comments kept; nothing is written unless the outcome can be loaded."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    path = user_file(environ)
    text = _text(path)
    _parsed(text, path)
    try:
        doc = tomlkit.parse(text)
        change(doc)
        fresh = tomlkit.dumps(doc)
    except (TOMLKitError, TypeError, ValueError) as exc:
        raise SettingsError(f"{path} cannot be changed: {exc}.", "Change it in a text editor.") from exc
    _settings(_merged(_read(studio_file(environ)), _parsed(fresh, path)))
    _replace(Path(os.path.realpath(path)), fresh)  # a link to somebody's dotfiles stays one


def _replace(path: Path, text: str) -> None:
    """The whole new text or the whole old one, whatever happens in between. Raises SettingsError."""
    fresh = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fd, fresh = tempfile.mkstemp(prefix=path.name + ".", dir=path.parent)
        with open(fd, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            os.chmod(fresh, path.stat().st_mode & 0o777)
        os.replace(fresh, path)
    except OSError as exc:
        if fresh and os.path.exists(fresh):
            os.unlink(fresh)
        raise SettingsError(f"{path} cannot be written: {exc.strerror}.", "Check the folder's rights.") from exc
