"""Where Maya, Houdini and 3ds Max look on each system, what is written there, and that it all goes away again."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from farmdeck import __version__
from farmdeck._errors import BadInput
from farmdeck.launch import read_pointer
from farmdeck_ui.install import (
    AGENT_COMMAND,
    HOSTS,
    InstallError,
    Machine,
    System,
    install,
    install_shared,
    uninstall,
    uninstall_shared,
)

from tests.install.homes import SYSTEMS, machine, made, tree

MAYA = {"linux": "maya", "windows": "Documents/maya", "darwin": "Library/Preferences/Autodesk/maya"}
HOUDINI = {"linux": "houdini20.5", "windows": "Documents/houdini20.5", "darwin": "Library/Preferences/houdini/20.5"}


def started(tmp_path: Path, system: System, **environ: str) -> Machine:
    """A machine whose user has started every host once, and has things of their own there."""
    one = machine(tmp_path, system, **environ)
    made(one.home / MAYA[system] / "2025" / "prefs", one.home / HOUDINI[system] / "toolbar")
    made(one.home / MAYA[system] / "scripts", one.local / "Autodesk" / "3dsMax" / "2025 - 64bit" / "ENU")
    (one.home / MAYA[system] / "scripts" / "userSetup.py").write_text("print('mine')\n")
    (one.home / HOUDINI[system] / "toolbar" / "default.shelf").write_text("<shelfDocument/>\n")
    return one


CASES = [*((host, system) for host in ("maya", "houdini") for system in SYSTEMS), ("max", "windows")]


@pytest.mark.parametrize(("host", "system"), CASES)
def test_in_again_and_out_leaves_the_home_as_it_was(tmp_path: Path, host: str, system: System) -> None:
    one = started(tmp_path, system)
    before = tree(one.home)
    first = install(host, machine=one)
    between = tree(one.home)
    assert set(before) < set(between) and all(between[path] == before[path] for path in before)
    assert install(host, machine=one) == first and tree(one.home) == between, "the same again changes nothing"
    assert read_pointer(one.environ) == AGENT_COMMAND
    (removed,) = uninstall(host, machine=one)
    assert removed.entries == first[0].written.entries and removed.files == first[0].written.files
    assert tree(one.home) == before
    assert not any(path.is_file() for path in (tmp_path / "farmdeck's own").rglob("*")), "nor the pointer file"
    assert uninstall(host, machine=one) == []


@pytest.mark.parametrize("system", SYSTEMS)
def test_maya_gets_a_module_for_every_release(tmp_path: Path, system: System) -> None:
    one = started(tmp_path, system)
    (done,) = install("maya", machine=one)
    modules = one.home / MAYA[system] / "modules"
    assert done.written.entries == (modules / "farmdeck-maya", modules / "farmdeck.mod")
    assert sorted(path.name for path in modules.iterdir()) == ["farmdeck-maya", "farmdeck.mod"]
    lines = (modules / "farmdeck.mod").read_bytes().decode("ascii").splitlines()
    assert lines[1:] == [f"+ Farmdeck {__version__} ./farmdeck-maya", "PYTHONPATH+:=.", "PYTHONPATH+:=python"]
    for package in ("farmdeck_maya", "python/farmdeck", "python/farmdeck_ui"):
        assert (modules / "farmdeck-maya" / package / "__init__.py").is_file()


def test_maya_for_one_release_and_elsewhere(tmp_path: Path) -> None:
    one = machine(tmp_path, "windows", MAYA_APP_DIR=str(tmp_path / "Maya für alle"))
    (done,) = install("maya", "2025.3", one)
    assert done.written.place.folder == tmp_path / "Maya für alle/2025/modules"
    moved = Machine("windows", machine(tmp_path, "windows").environ, moved_documents=str(tmp_path / "D" / "Dokumente"))
    (done,) = install("maya", "2024", moved)
    assert done.written.place.folder == tmp_path / "D/Dokumente/maya/2024/modules"


@pytest.mark.parametrize(
    ("system", "program"),
    [
        ("linux", "usr/autodesk/maya2026"),
        ("windows", "Program Files/Autodesk/Maya2026"),
        ("darwin", "Applications/Autodesk/maya2026"),
    ],
)
def test_a_maya_that_was_never_started_is_found(tmp_path: Path, system: System, program: str) -> None:
    one = machine(tmp_path, system)
    made(one.root / program / "bin")
    assert HOSTS["maya"].versions(one) == ["2026"]
    assert len(install("maya", machine=one)) == 1


def test_maya_by_its_own_variable(tmp_path: Path) -> None:
    made(tmp_path / "apps/maya2024/bin")
    assert HOSTS["maya"].versions(machine(tmp_path, "linux", MAYA_LOCATION=str(tmp_path / "apps/maya2024"))) == ["2024"]


@pytest.mark.parametrize(
    ("system", "program"),
    [
        ("linux", "opt/hfs21.0.512"),
        ("windows", "Program Files/Side Effects Software/Houdini 21.0.512"),
        ("darwin", "Applications/Houdini/Houdini21.0.512"),
    ],
)
def test_each_houdini_gets_a_package(tmp_path: Path, system: System, program: str) -> None:
    one = started(tmp_path, system)
    made(
        one.root / program,
        (one.home / HOUDINI[system]).with_name(HOUDINI[system].split("/")[-1].replace("20.5", "18.5")),
    )
    assert HOSTS["houdini"].versions(one) == ["18.5", "20.5", "21.0"]
    done = install("houdini", machine=one)
    assert [each.written.place.version for each in done] == ["20.5", "21.0"]
    packages = one.home / HOUDINI[system] / "packages"
    assert done[0].written.entries == (packages / "farmdeck-houdini", packages / "farmdeck.json")
    package = json.loads((packages / "farmdeck.json").read_text())
    assert package["hpath"] == "$HOUDINI_PACKAGE_PATH/farmdeck-houdini"
    (python,) = [each["PYTHONPATH"] for each in package["env"] if "PYTHONPATH" in each]
    assert python["method"] == "prepend"
    for path in python["value"]:
        assert Path(path.replace("$HOUDINI_PACKAGE_PATH", str(packages))).is_dir()


def test_houdinis_own_variable_names_the_settings(tmp_path: Path) -> None:
    named = str(tmp_path / "prefs of all" / "hou__HVER__é")
    one = machine(tmp_path, "linux", HOUDINI_USER_PREF_DIR=named)
    made(tmp_path / "prefs of all" / "hou20.0é", one.root / "opt" / "hfs19.5.805")
    done = install("houdini", machine=one)
    assert [str(each.written.place.folder) for each in done] == [
        f"{named.replace('__HVER__', version)}/packages" for version in ("19.5", "20.0")
    ]


def test_houdini_on_windows_looks_where_home_is_too(tmp_path: Path) -> None:
    one = machine(tmp_path, "windows", HOME=str(tmp_path / "msys home"))
    made(tmp_path / "msys home" / "houdini20.5", one.documents / "houdini21.0")
    assert [place.folder for place in HOSTS["houdini"].places(one, None)] == [
        tmp_path / "msys home/houdini20.5/packages",
        one.documents / "houdini21.0/packages",
    ]
    assert HOSTS["houdini"].places(one, "22.0")[0].folder == one.documents / "houdini22.0/packages"


def test_3ds_max_gets_a_package_folder(tmp_path: Path) -> None:
    one = started(tmp_path, "windows", ADSK_3DSMAX_x64_2026="C:\\max\\")
    made(one.program_files / "Autodesk" / "3ds Max 2024")
    assert HOSTS["max"].versions(one) == ["2024", "2025", "2026"]
    (done,) = install("max", machine=one)
    assert done.written.entries == (one.roaming / "Autodesk/ApplicationPlugins/farmdeck-max",)
    for package in ("farmdeck_max", "python/farmdeck", "python/farmdeck_ui"):
        assert (done.written.place.ours / package / "__init__.py").is_file()


@pytest.mark.parametrize(
    ("host", "version", "said"),
    [
        ("maya", None, "No Maya from 2023"),
        ("maya", "2022", "too old"),
        ("maya", "next", "not a Maya version"),
        ("houdini", None, "No Houdini from 19.5"),
        ("houdini", "19.0.383", "too old"),
        ("houdini", "20", "not a Houdini version"),
        ("max", None, "Windows only"),
        ("max", "2025", "every 3ds Max"),
    ],
)
def test_what_is_not_there_or_will_not_do_is_said(tmp_path: Path, host: str, version: str | None, said: str) -> None:
    with pytest.raises(BadInput, match=said) as error:
        install(host, version, machine(tmp_path, "linux"))
    assert error.value.fix
    assert not (tmp_path / "farmdeck's own").exists()


@pytest.mark.parametrize(
    ("host", "entries", "to_set"),
    [
        ("maya", ["farmdeck-maya", "farmdeck.mod"], "MAYA_MODULE_PATH={}"),
        ("houdini", ["farmdeck-houdini", "farmdeck.json"], "HOUDINI_PACKAGE_DIR={}"),
        ("max", ["farmdeck-max"], "ADSK_APPLICATION_PLUGINS={}"),
        ("blender", ["system"], "BLENDER_SYSTEM_EXTENSIONS={}"),
    ],
)
def test_a_share_and_what_a_studio_sets(tmp_path: Path, host: str, entries: list[str], to_set: str) -> None:
    share = tmp_path / "Studio Ö" / host
    (done,) = install_shared(host, share, machine=machine(tmp_path, "linux"))
    assert sorted(path.name for path in share.iterdir()) == entries
    assert done.to_set[0] == to_set.format(share)
    assert HOSTS[host].dangling(done.written.place) == []
    assert not (tmp_path / "farmdeck's own").exists(), "a share is not this user's"
    assert len(uninstall_shared(host, share)) == 1
    assert not any(path.is_file() for path in share.rglob("*")) and uninstall_shared(host, share) == []


def test_the_pointer_stays_while_another_host_has_farmdeck(tmp_path: Path) -> None:
    one = started(tmp_path, "linux")
    install("maya", machine=one)
    install("houdini", machine=one)
    uninstall("maya", machine=one)
    assert read_pointer(one.environ) == AGENT_COMMAND
    uninstall("houdini", machine=one)
    assert read_pointer(one.environ) == []


def test_somebody_elses_pointer_stays(tmp_path: Path) -> None:
    one = started(tmp_path, "linux")
    install("maya", machine=one)
    pointer = tmp_path / "farmdeck's own" / "agent.json"
    pointer.write_text(json.dumps({"command": ["/usr/bin/env"], "version": __version__}))
    uninstall("maya", machine=one)
    assert pointer.exists()


def test_what_somebody_changed_stays_at_uninstall_and_is_named(tmp_path: Path) -> None:
    one = started(tmp_path, "linux")
    (done,) = install("maya", machine=one)
    top = done.written.place.ours
    changed, added = top / "farmdeck_maya" / "__init__.py", top / "notes für mich.txt"
    changed.write_text("# changed\n")
    added.write_text("mine")
    made(top / "farmdeck_maya" / "__pycache__")
    (top / "farmdeck_maya" / "__pycache__" / "x.cpython-311.pyc").write_bytes(b"compiled by the host")
    (removed,) = uninstall("maya", machine=one)
    assert set(removed.left) == {changed, added} and removed.files == done.written.files - 1
    assert sorted(path for path in top.parent.rglob("*") if path.is_file()) == sorted([changed, added])
    assert changed.read_text() == "# changed\n" and added.read_text() == "mine"


def test_what_somebody_changed_is_kept_at_an_update_and_said(tmp_path: Path) -> None:
    one = started(tmp_path, "linux")
    (done,) = install("houdini", machine=one)
    package = done.written.place.folder / "farmdeck.json"
    ours = package.read_text()
    package.write_text("{}")
    (again,) = install("houdini", machine=one)
    assert package.read_text() == ours
    assert (Path(again.written.kept) / "farmdeck.json").read_text() == "{}"
    assert Path(again.written.kept).parent == tmp_path / "farmdeck's own" / "replaced"


def test_a_folder_that_farmdeck_did_not_write_stays(tmp_path: Path) -> None:
    one = started(tmp_path, "linux")
    mine = one.home / "maya/modules/farmdeck-maya"
    made(mine)
    (removed,) = uninstall("maya", machine=one)
    assert removed.left == (mine,) and removed.entries == () and mine.is_dir()


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    one = started(tmp_path, "linux")
    made(tmp_path / "checkout", one.home / "maya/modules")
    (tmp_path / "checkout" / "work.py").write_text("mine")
    (one.home / "maya/modules/farmdeck-maya").symlink_to(tmp_path / "checkout")
    with pytest.raises(InstallError, match="is a link"):
        install("maya", machine=one)
    assert (tmp_path / "checkout" / "work.py").read_text() == "mine"


@pytest.mark.parametrize("path", ["../outside", "/etc/passwd", "farmdeck-maya/../../outside", ""])
def test_a_list_of_files_that_leads_elsewhere_is_not_believed(tmp_path: Path, path: str) -> None:
    one = started(tmp_path, "linux")
    (done,) = install("maya", machine=one)
    outside = done.written.place.folder.parent / "outside"
    outside.write_text("mine")
    manifest = done.written.place.manifest
    doc = json.loads(manifest.read_text())
    doc["files"][path] = "0"
    manifest.write_text(json.dumps(doc))
    (removed,) = uninstall("maya", machine=one)
    assert removed.left == (done.written.place.ours, *done.written.entries[1:]) and outside.exists()


@pytest.mark.parametrize("step", range(1, 5))
def test_a_failure_at_any_step_keeps_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """Two entries leave and two come: each of the four renames fails once."""
    one = started(tmp_path, "linux")
    install("maya", machine=one)
    (one.home / "maya/modules/farmdeck.mod").write_text("# changed, so that it matters\n")
    before, rename, calls = tree(one.home), Path.rename, iter(range(1, 100))

    def failing(path: Path, target: Path) -> Path:
        if next(calls) == step:
            raise OSError(28, "No space left on device")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(InstallError, match="No space left"):
        install("maya", machine=one)
    assert next(calls) > step and tree(one.home) == before


def test_a_full_disk_while_copying_keeps_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = started(tmp_path, "linux")
    install("maya", machine=one)
    before = tree(one.home)

    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copytree", full)
    with pytest.raises(InstallError, match="No space left"):
        install("maya", machine=one)
    assert tree(one.home) == before
