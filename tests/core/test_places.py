"""Where the store goes: a local disk, a private folder, or a refusal that says why."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from farmdeck import places
from farmdeck._errors import StoreError
from farmdeck.places import Mount, network_type, parse_mountinfo, store_folder

ROOT = "22 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n"


def mountinfo(*mounts: tuple[str, str]) -> str:
    """A made-up /proc/self/mountinfo: the root on ext4, then these (point, type) pairs."""
    lines = [
        f"{30 + i} 22 0:{40 + i} / {point} rw shared:{i} master:1 - {kind} server:/x rw"
        for i, (point, kind) in enumerate(mounts)
    ]
    return ROOT + "\n".join(lines) + "\n"


@pytest.fixture
def environ(tmp_path):
    """Makes an environment whose mount table is made up."""

    def make(*mounts: tuple[str, str], **more: str) -> dict[str, str]:
        table = tmp_path / "mountinfo"
        table.write_text(mountinfo(*mounts), encoding="utf-8")
        return {"HOME": str(tmp_path / "home"), "FARMDECK_MOUNTS": str(table), **more}

    return make


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs", "lustre", "beegfs", "NFS4"])
def test_a_network_type_is_seen(kind):
    table = parse_mountinfo(mountinfo(("/mnt/show", kind)))
    assert network_type(Path("/mnt/show/users/ann"), table) == kind.lower()
    assert network_type(Path("/mnt/show"), table) == kind.lower()
    assert network_type(Path("/mnt/showreel"), table) is None


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs", "zfs", "tmpfs", "overlay", "apfs", "fuseblk"])
def test_a_local_type_is_fine(kind):
    assert network_type(Path("/mnt/disk/x"), parse_mountinfo(mountinfo(("/mnt/disk", kind)))) is None


def test_the_innermost_and_latest_mount_counts():
    table = parse_mountinfo(mountinfo(("/net", "nfs4"), ("/net/scratch", "xfs"), ("/over", "nfs"), ("/over", "ext4")))
    assert network_type(Path("/net/a"), table) == "nfs4"
    assert network_type(Path("/net/scratch/a"), table) is None
    assert network_type(Path("/over/a"), table) is None


def test_a_point_with_blanks_and_odd_lines():
    text = mountinfo((r"/mnt/the\040show\134a\011b\012c", "nfs4")) + "half a line\n\n1 2 3 - \n"
    table = parse_mountinfo(text)
    assert table[-1] == Mount("/mnt/the show\\a\tb\nc", "nfs4")
    assert len(table) == 2


def test_a_link_to_the_network_is_followed(tmp_path):
    real = tmp_path / "net"
    real.mkdir()
    (tmp_path / "link").symlink_to(real)
    assert network_type(tmp_path / "link" / "farmdeck", [Mount("/", "ext4"), Mount(str(real), "nfs")]) == "nfs"


def test_a_home_on_a_local_disk_is_used(environ, tmp_path):
    folder = store_folder(environ())
    assert folder == tmp_path / "home/.local/share/farmdeck"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_no_mount_table_is_taken_as_local(environ, tmp_path):
    assert store_folder({"HOME": str(tmp_path), "FARMDECK_MOUNTS": str(tmp_path / "none")}).is_dir()


@pytest.mark.parametrize(
    ("name", "expected"),
    [("FARMDECK_HOME", ""), ("XDG_DATA_HOME", "farmdeck")],
)
def test_the_environment_can_name_the_place(environ, tmp_path, name, expected):
    wanted = tmp_path / "own"
    assert store_folder(environ(**{name: str(wanted)})) == wanted / expected


def test_a_home_on_the_network_falls_back_to_a_local_folder_that_survives(environ, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(places, "make_private", lambda folder: asked.append(folder) or folder)
    folder = store_folder(environ((str(tmp_path), "nfs4")))
    assert asked == [folder] == [Path(f"/var/tmp/farmdeck-{os.getuid()}")]


def test_nowhere_local_is_refused_with_both_reasons(environ, tmp_path):
    with pytest.raises(StoreError) as caught:
        store_folder(environ((str(tmp_path), "nfs4"), ("/var/tmp", "cifs")))
    said = str(caught.value)
    assert "nfs4" in said and "cifs" in said and "FARMDECK_HOME" in said
    assert not (tmp_path / "home").exists()


def test_a_folder_that_is_too_open_is_closed(tmp_path):
    folder = tmp_path / "store"
    folder.mkdir(mode=0o755)
    places.make_private(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_somebody_else_s_folder_is_refused(tmp_path, monkeypatch):
    own = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: own + 1)
    with pytest.raises(StoreError, match="belongs to another user"):
        places.make_private(tmp_path)


def test_somebody_else_s_link_is_refused(tmp_path, monkeypatch):
    (tmp_path / "link").symlink_to(tmp_path)
    real = os.lstat

    def theirs(path):
        info = list(real(path))
        info[stat.ST_UID] = os.getuid() + 1
        return os.stat_result(info)

    monkeypatch.setattr(os, "lstat", theirs)
    with pytest.raises(StoreError, match="a link that somebody else made"):
        places.make_private(tmp_path / "link")


def test_a_file_in_the_way_is_named(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StoreError, match="file/store cannot be used"):
        places.make_private(tmp_path / "file" / "store")


def test_home_without_an_environment():
    import pwd

    assert places.home({}) == pwd.getpwuid(os.getuid()).pw_dir


def test_config_folder(tmp_path):
    assert places.config_folder({"FARMDECK_HOME": "/f"}) == Path("/f")
    assert places.config_folder({"HOME": "/h"}) == Path("/h/.config/farmdeck")
    assert places.config_folder({"HOME": "/h", "XDG_CONFIG_HOME": "/c"}) == Path("/c/farmdeck")
