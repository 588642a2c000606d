"""Where Farmdeck keeps its files, on both sides, with the standard library alone.

The store needs a local disk: SQLite's WAL and lock files break on NFS and SMB (https://sqlite.org/wal.html, "does
not work over a network filesystem"). The configuration folder (settings, the agent's pointer file) may be anywhere.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from ._errors import StoreError

NETWORK_TYPES = frozenset(
    "nfs nfs3 nfs4 cifs smb smb2 smb3 smbfs afs afpfs webdav davfs ncpfs 9p ceph glusterfs lustre gpfs beegfs "
    "orangefs pvfs2 fuse.sshfs fuse.glusterfs fuse.ceph fuse.s3fs fuse.rclone fuse.davfs fuse.gvfsd-fuse "
    "fuse.mfs fuse.juicefs fuse.weka wekafs panfs".split()
)


class Mount(NamedTuple):
    """One mounted file system: where, and of which type."""

    point: str
    kind: str


def home(environ: Mapping[str, str] = os.environ) -> str:
    """The user's home folder, also where a stripped environment does not name it."""
    if sys.platform == "win32":
        return environ.get("USERPROFILE") or os.path.expanduser("~")
    if environ.get("HOME"):
        return environ["HOME"]
    import pwd  # POSIX only

    return pwd.getpwuid(os.getuid()).pw_dir


def config_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder of settings.toml and agent.json; not made here."""
    if environ.get("FARMDECK_HOME"):
        return Path(environ["FARMDECK_HOME"])
    if sys.platform == "win32":
        return Path(environ.get("APPDATA") or os.path.join(home(environ), "AppData", "Roaming")) / "Farmdeck"
    if sys.platform == "darwin":
        return Path(home(environ)) / "Library" / "Application Support" / "Farmdeck"
    return Path(environ.get("XDG_CONFIG_HOME") or os.path.join(home(environ), ".config")) / "farmdeck"


def wanted_store_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the store should be, before the file system is looked at."""
    if environ.get("FARMDECK_HOME"):
        return Path(environ["FARMDECK_HOME"])
    if sys.platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or os.path.join(home(environ), "AppData", "Local")) / "Farmdeck"
    if sys.platform == "darwin":
        return Path(home(environ)) / "Library" / "Application Support" / "Farmdeck"
    return Path(environ.get("XDG_DATA_HOME") or os.path.join(home(environ), ".local", "share")) / "farmdeck"


def store_folder(environ: Mapping[str, str] = os.environ, mounts: list[Mount] | None = None) -> Path:
    """The private local folder of the store, made when it is not there.

    The wanted folder, or `/var/tmp/farmdeck-UID` where that is on a network file system. Raises StoreError when
    neither will do. FARMDECK_MOUNTS names a file in the form of /proc/self/mountinfo to look at instead, for tests
    and for finding out why a folder is refused.
    """
    table = read_mounts(environ) if mounts is None else mounts
    wanted = wanted_store_folder(environ)
    kind = network_type(wanted, table)
    if kind is None:
        return make_private(wanted)
    if sys.platform == "win32":
        raise StoreError(f"{wanted} is on a network drive.", "Set FARMDECK_HOME to a folder on a local disk.")
    fallback = Path("/var/tmp") / f"farmdeck-{os.getuid()}"  # survives a restart, unlike /tmp
    other = network_type(fallback, table)
    if other is not None:
        raise StoreError(
            f"{wanted} is on a network file system ({kind}), and so is {fallback} ({other}).",
            "Set FARMDECK_HOME to a folder on a local disk.",
        )
    return make_private(fallback)


def make_private(folder: Path) -> Path:
    """`folder`, made if need be, readable by its owner only. Raises StoreError when it is somebody else's."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        info = os.lstat(folder)
        if hasattr(os, "getuid"):
            if stat.S_ISLNK(info.st_mode) and info.st_uid not in (0, os.getuid()):
                raise StoreError(f"{folder} is a link that somebody else made.", "Remove it, or set FARMDECK_HOME.")
            if os.stat(folder).st_uid != os.getuid():
                raise StoreError(f"{folder} belongs to another user.", "Set FARMDECK_HOME to a folder of your own.")
            if stat.S_IMODE(os.stat(folder).st_mode) & 0o077:
                os.chmod(folder, 0o700)
    except OSError as exc:
        raise StoreError(
            f"{folder} cannot be used: {exc.strerror}.", "Make it writable, or set FARMDECK_HOME to another folder."
        ) from exc
    return folder


def network_type(path: Path, mounts: list[Mount]) -> str | None:
    """The network file system's type that `path` is on; None on a local disk."""
    if sys.platform == "win32":
        return _windows_network_type(path)
    real = os.path.realpath(path)
    best = Mount("", "")
    for mount in mounts:
        inside = real == mount.point or real.startswith(mount.point.rstrip("/") + "/")
        if inside and len(mount.point) >= len(best.point):  # a later mount on the same point hides the earlier
            best = mount
    return best.kind if best.kind in NETWORK_TYPES else None


def read_mounts(environ: Mapping[str, str] = os.environ) -> list[Mount]:
    """The mount table; [] where the system has none to read (then the folder is taken as local)."""
    source = environ.get("FARMDECK_MOUNTS") or "/proc/self/mountinfo"
    try:
        with open(source, encoding="utf-8", errors="surrogateescape") as file:
            return parse_mountinfo(file.read())
    except OSError:
        return []


def parse_mountinfo(text: str) -> list[Mount]:
    """Mounts of a /proc/PID/mountinfo text; proc_pid_mountinfo(5): the 5th field is the point, the type follows `-`."""
    mounts = []
    for line in text.splitlines():
        before, dash, after = line.partition(" - ")
        fields, kinds = before.split(" "), after.split(" ")
        if dash and len(fields) >= 5 and kinds[0]:
            mounts.append(Mount(_unescape(fields[4]), kinds[0].lower()))
    return mounts


def _unescape(text: str) -> str:
    for code, char in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(code, char)
    return text


def _windows_network_type(path: Path) -> str | None:
    """GetDriveTypeW says 4 (DRIVE_REMOTE) for a network drive; a UNC path is one too."""
    text = str(path)
    if text.startswith("\\\\"):
        return "smb"
    import ctypes

    drive = os.path.splitdrive(text)[0] + "\\"
    return "smb" if ctypes.windll.kernel32.GetDriveTypeW(drive) == 4 else None  # type: ignore[attr-defined,unused-ignore]
