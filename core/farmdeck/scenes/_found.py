"""The rows of a scene's assets, and the sentences about those that are missing."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Callable

from ..scene import Asset, Problem, Severity
from ._disk import Disk, Numbered, is_absolute, numbered, runs, token_pattern

_WORDS = {"movie": "movie", "cache": "cache", "library": "library", "font": "font", "sound": "sound", "text": "text"}


class Found:
    """Collects assets, one row per path and owner, and says which of their files are missing.

    `resolve` makes the absolute path of one that is written in a scene which lies in `folder`.
    """

    def __init__(self, disk: Disk, resolve: Callable[[str, str], str]) -> None:
        self.disk = disk
        self._resolve = resolve
        self._rows: dict[tuple[str, str, str], Asset] = {}
        self._problems: dict[tuple[str, str, str], Problem] = {}

    @property
    def assets(self) -> tuple[Asset, ...]:
        """The rows in the order they were found."""
        return tuple(self._rows.values())

    @property
    def problems(self) -> list[Problem]:
        """One problem per row with something missing."""
        return list(self._problems.values())

    def one(self, path: str, folder: str, kind: str, owner: str, severity: Severity = Severity.ERROR) -> bool:
        """A single file, named in a .blend that lies in `folder`; is it there?"""
        return self._one(path, self._resolve(path, folder), folder, kind, owner, severity)

    def at(
        self, path: str, full: str, kind: str, owner: str, needed: Iterable[int] = (), optional: bool = False
    ) -> bool:
        """What `path` names in a host that wrote it out as `full`: one file, or all that its tokens fit.

        Tokens stand in the file's name: `<UDIM>`, `<UVTILE>`, `u<U>_v<V>`, `_MAPID_`, `%(UDIM)d` for tiles; `<f>`,
        `<f4>`, `<F4>`, `<Frame>`, `####`, `%04d` for frames, of which the `needed` ones count as missing when they
        are not there. `optional`: nothing is said when it is missing. Is everything there?
        """
        tokens = token_pattern(full)
        if tokens is None or self.disk.exists(full):  # `#` and `%` are letters, too
            return self._one(path, full, "", kind, owner, None if optional else Severity.ERROR, optional)
        there = tokens.matches(self.disk)
        wanted = {tokens.file(number) for number in needed} if tokens.frames else set()
        files = tuple(sorted({*there, *wanted}))
        missing = sorted(wanted - set(there))
        self._row(Asset(path, files, bool(missing) or not files, kind, owner, optional), "")
        if (missing or not files) and not optional:
            word = "frame" if tokens.frames else "tile"
            gone = f"{len(missing)} of {len(wanted)} {word}s are missing: {_some(missing)}"
            text = gone if files else f'No {word} of "{_base(path)}" is found in {os.path.dirname(full)}.'
            self._problem(path, owner, text, Severity.ERROR, "")
        return not missing and bool(files)

    def _one(
        self,
        path: str,
        full: str,
        folder: str,
        kind: str,
        owner: str,
        severity: Severity | None,
        optional: bool = False,
    ) -> bool:
        there = self.disk.exists(full)
        word = _WORDS.get(kind, kind)
        self._row(Asset(path, (full,), not there, kind, owner, optional), folder)
        if not there and severity is not None:
            where = f"{full}." if is_absolute(full) else f"{path}, a path that doesn't say in which folder."
            self._problem(path, owner, f'The {word} "{_base(full)}" of "{owner}" is missing: {where}', severity, folder)
        return there

    def several(self, path: str, folder: str, kind: str, owner: str, files: Iterable[str]) -> None:
        """A row with several files, all looked for one by one."""
        full = tuple(dict.fromkeys(files))
        if len(full) == 1:
            self.one(path, folder, kind, owner)
            return
        missing = self.disk.missing(full)
        self._row(Asset(path, full, bool(missing) or not full, kind, owner), folder)
        if missing or not full:
            text = f"{len(missing)} of {len(full)} files are missing: {_some(missing)}"
            self._problem(path, owner, text if full else f'"{path}" names no file.', Severity.ERROR, folder)

    def tiles(
        self, path: str, pattern: str, folder: str, owner: str, tiles: Sequence[tuple[int, str]], token: str
    ) -> None:
        """A tiled image: (number, absolute path) of each tile; in `pattern`, `token` stands for the number."""
        missing = [number for number, file in tiles if not self.disk.exists(file)]
        self._row(Asset(path, tuple(file for _, file in tiles), bool(missing), "image", owner), folder)
        if missing:
            name = _base(pattern).replace(token, runs(missing)) if token else _base(path)
            self._problem(path, owner, _of(missing, len(tiles), "tile", name), Severity.ERROR, folder)

    def frames(self, path: str, folder: str, kind: str, owner: str, needed: Iterable[int] = ()) -> None:
        """Numbered files: those on the disk that fit the name's pattern, and the `needed` ones."""
        full = self._resolve(path, folder)
        pattern = numbered(full)
        if pattern is None:
            self.one(path, folder, kind, owner)
            return
        there, wanted = set(self.disk.frames(pattern)), set(needed)
        if not there and not wanted:
            self.one(path, folder, kind, owner)
            return
        missing = sorted(wanted - there)
        files = tuple(pattern.path(number) for number in sorted(there | wanted))
        self._row(Asset(path, files, bool(missing), kind, owner), folder)
        if missing:
            text = _of(missing, len(wanted), "frame", _pattern_text(pattern, missing))
            self._problem(path, owner, text, Severity.ERROR, folder)

    def tree(self, path: str, folder: str, owner: str, required: bool, prefix: str = "") -> None:
        """A cache folder with the files in it whose names start with `prefix`; none there counts if `required`."""
        full = self._resolve(path, folder)
        files = tuple(file for file in self.disk.tree(full) if _base(file).startswith(prefix))
        if not files and not required:
            return
        self._row(Asset(path, files or (full,), not files, "cache", owner), folder)
        if not files:
            text = f'The cache of "{owner}" is missing: {full} holds no files of it.'
            self._problem(path, owner, text, Severity.ERROR, folder)

    def note(self, problem: Problem) -> None:
        """A problem that is not about a row."""
        self._problems[problem.message, problem.subject, ""] = problem

    def _row(self, asset: Asset, folder: str) -> None:
        """Keep it; the same path and owner in the same folder is one row with the files of both."""
        key = (asset.path, asset.owner, folder)
        old: Asset | None = self._rows.get(key)
        if old is not None:
            files = tuple(dict.fromkeys(old.files + asset.files))
            asset = replace(asset, files=files, missing=old.missing or asset.missing, kind=old.kind)
        self._rows[key] = asset

    def _problem(self, path: str, owner: str, text: str, severity: Severity, folder: str) -> None:
        self._problems[path, owner, folder] = Problem(severity, text, owner, "find")


def _base(path: str) -> str:
    return os.path.basename(path.replace("\\", "/")) or path


def _some(missing: Sequence[str]) -> str:
    """The names of the first three."""
    return ", ".join(_base(file) for file in missing[:3]) + (", …" if len(missing) > 3 else "")


def _of(missing: Sequence[int], total: int, word: str, name: str) -> str:
    verb = "is" if total == 1 else "are"
    return f"{len(missing)} of {total} {word}{'s' if total != 1 else ''} {verb} missing: {name}"


def _pattern_text(pattern: Numbered, missing: Sequence[int]) -> str:
    return pattern.head + runs(missing, pattern.digits) + pattern.tail
