"""The installer: where each Blender looks, whole or not at all, and enabled at the next start."""

from __future__ import annotations

import os
import re
import subprocess
import zipfile
from pathlib import Path

import pytest
import tomllib
from farmdeck import __version__
from farmdeck._errors import BadInput
from farmdeck.launch import read_pointer
from farmdeck_ui.install import (
    AGENT_COMMAND,
    HOSTS,
    Installed,
    InstallError,
    Machine,
    Removed,
    install,
    install_shared,
    uninstall,
)
from farmdeck_ui.install.bundle import bundle_zip

from tests.blender.blenders import VERSIONS, blender
from tests.install.homes import SYSTEMS, machine, made

BLENDER = HOSTS["blender"]
SETTINGS = {
    "linux": ".config/blender",
    "windows": "AppData/Roaming/Blender Foundation/Blender",
    "darwin": "Library/Application Support/Blender",
}


def here(tmp_path: Path, **more: str) -> Machine:
    """A Linux with no program on PATH, a home of its own."""
    environ = {"HOME": str(tmp_path), "PATH": str(tmp_path / "bin"), "FARMDECK_HOME": str(tmp_path / "fd"), **more}
    return Machine("linux", environ, tmp_path / "root")


def put_in(machine: Machine, version: str | None = None) -> list[Installed]:
    return install("blender", version, machine)


def take_out(machine: Machine, version: str | None = None) -> list[Removed]:
    return uninstall("blender", version, machine)


def ours(done: Installed) -> Path:
    return done.written.place.ours


def fake_program(tmp_path: Path, name: str, version: str, answer: str = "farmdeck: done") -> Path:
    """A program that says what Blender says."""
    program = tmp_path / "bin" / name
    program.parent.mkdir(exist_ok=True)
    program.write_text(
        f'#!/bin/sh\nif [ "$1" = --version ]; then echo "Blender {version}"; exit 0; fi\n'
        f'echo "$@" >> {tmp_path}/ran\necho "{answer}"\n'
    )
    program.chmod(0o755)
    return program


def test_versions_by_program_and_by_settings_folder(tmp_path: Path) -> None:
    fake_program(tmp_path, "blender", "4.10.2")
    for folder in ("3.6", "4.2", "4.9", "notes", "2.93"):
        (tmp_path / ".config/blender" / folder).mkdir(parents=True)
    assert BLENDER.versions(here(tmp_path)) == ["2.93", "3.6", "4.2", "4.9", "4.10"]
    found = BLENDER.places(here(tmp_path), None)
    assert [place.version for place in found] == ["3.6", "4.2", "4.9", "4.10"]
    assert [bool(place.program) for place in found] == [False, False, False, True]
    assert found[0].ours == tmp_path / ".config/blender/3.6/scripts/addons/farmdeck_blender"
    assert found[1].ours == tmp_path / ".config/blender/4.2/extensions/user_default/farmdeck"


@pytest.mark.parametrize("system", SYSTEMS)
def test_where_it_goes_on_each_system(tmp_path: Path, system: str) -> None:
    one = machine(tmp_path, system)
    made(one.home / SETTINGS[system] / "4.5")
    (done,) = put_in(one)
    assert ours(done) == one.home / SETTINGS[system] / "4.5/extensions/user_default/farmdeck"
    assert (ours(done) / "blender_manifest.toml").is_file()
    assert len(take_out(one)) == 1 and not ours(done).exists()


@pytest.mark.parametrize(
    "named, scripts, extensions",
    [
        ({"BLENDER_USER_RESOURCES": "/r"}, "/r/scripts", "/r/extensions"),
        ({"BLENDER_USER_RESOURCES": "/r", "BLENDER_USER_SCRIPTS": "/s"}, "/s", "/r/extensions"),
        ({"BLENDER_USER_EXTENSIONS": "/e", "BLENDER_USER_SCRIPTS": "/s"}, "/s", "/e"),
    ],
)
def test_blenders_own_variables_are_honoured(
    tmp_path: Path, named: dict[str, str], scripts: str, extensions: str
) -> None:
    one = here(tmp_path, **named)
    (addon,) = BLENDER.places(one, "3.6")
    (extension,) = BLENDER.places(one, "4.5")
    assert (addon.folder, extension.folder) == (Path(scripts) / "addons", Path(extensions) / "user_default")


def test_an_extension_and_an_addon_and_again(tmp_path: Path) -> None:
    for folder in ("3.6", "4.5"):
        (tmp_path / ".config/blender" / folder).mkdir(parents=True)
    one = here(tmp_path)
    done = put_in(one)
    assert [(each.written.place.version, each.written.place.top, each.next_step) for each in done] == [
        ("3.6", "farmdeck_blender", "switched on at the next start"),
        ("4.5", "farmdeck", "switched on at the next start"),
    ]
    assert not (ours(done[0]) / "blender_manifest.toml").exists()
    assert (ours(done[1]) / "blender_manifest.toml").exists()
    assert read_pointer(one.environ) == AGENT_COMMAND
    (ours(done[1]) / "stale.py").write_text("old")
    again = put_in(one)
    assert again[0] == done[0]
    assert not (ours(done[1]) / "stale.py").exists()
    assert (Path(again[1].written.kept) / "farmdeck/stale.py").read_text() == "old"
    assert [path.name for path in ours(done[1]).parent.iterdir()] == ["farmdeck"], "nothing is left beside it"
    assert [each.place.version for each in take_out(one)] == ["3.6", "4.5"]
    assert list((tmp_path / ".config/blender").rglob("*.py")) == []
    assert take_out(one) == []


def test_a_program_enables_it(tmp_path: Path) -> None:
    fake_program(tmp_path, "blender", "4.5.3 LTS")
    (done,) = put_in(here(tmp_path))
    assert done.next_step == "switched on"
    assert "bl_ext.user_default.farmdeck" in (tmp_path / "ran").read_text()


def test_a_program_that_would_not_leaves_the_note(tmp_path: Path) -> None:
    fake_program(tmp_path, "blender", "4.5.3", answer="Error: no")
    (done,) = put_in(here(tmp_path))
    assert done.next_step == "switched on at the next start"
    note = tmp_path / ".config/blender/4.5/scripts/startup/farmdeck_enable.py"
    note.write_text(note.read_text() + "# mine\n")
    take_out(here(tmp_path))
    assert note.exists(), "it is not as it was written"


@pytest.mark.parametrize("version", ["2.93", "new", "4"])
def test_a_version_that_will_not_do(tmp_path: Path, version: str) -> None:
    with pytest.raises(BadInput) as error:
        put_in(here(tmp_path), version)
    assert version in error.value.what and error.value.fix


def test_no_blender_at_all(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="No Blender is found"):
        put_in(here(tmp_path))
    assert not (tmp_path / "fd").exists()


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / ".config/blender/4.5").mkdir(parents=True)
    (tmp_path / ".config/blender/4.5/extensions").write_text("a file where a folder should be")
    with pytest.raises(InstallError, match="cannot be written"):
        put_in(here(tmp_path), "4.5")


@pytest.fixture(scope="module")
def addon(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The classic add-on."""
    folder = tmp_path_factory.mktemp("addon")
    BLENDER.build(BLENDER.shared_place(folder, "3.6"), folder)
    return folder / "farmdeck_blender"


@pytest.fixture(scope="module")
def extension(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("extension")
    BLENDER.build(BLENDER.shared_place(folder, None), folder)
    return folder / "farmdeck"


def test_the_addon_imports_nothing_absolute(extension: Path) -> None:
    absolute = re.compile(r"\s*(from|import) (fileseq|olefile|farmdeck)\b")
    for path in (extension / "_vendor").rglob("*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert not absolute.match(line), f"{path}: {line}"
    assert not (extension / "_vendor/farmdeck/agent").exists()
    assert (extension / "_vendor/farmdeck/_vendor/fileseq/LICENSE").exists() and (extension / "LICENSE").exists()


def test_every_file_of_the_addon_says_its_licence(extension: Path) -> None:
    own = [path for path in extension.glob("*.*") if path.suffix in (".py", ".toml")]
    assert len(own) > 15
    for path in own:
        assert path.read_text().startswith("# SPDX-License-Identifier: GPL-3.0-or-later\n"), path


def test_the_zip_has_the_manifest_at_the_top_or_the_folder_inside(tmp_path: Path) -> None:
    with zipfile.ZipFile(bundle_zip("blender", tmp_path / "e")) as archive:
        assert "blender_manifest.toml" in archive.namelist() and "_vendor/farmdeck/desk.py" in archive.namelist()
    with zipfile.ZipFile(bundle_zip("blender", tmp_path / "a", "3.6")) as archive:
        assert all(name.startswith("farmdeck_blender/") for name in archive.namelist())
    assert [path.name for path in (tmp_path / "e").iterdir()] == [f"farmdeck-blender-{__version__}.zip"]


def test_the_classic_addon_is_enabled_at_the_next_start(tmp_path: Path) -> None:
    program = blender("3.4").program
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "blender").symlink_to(program)
    one = here(tmp_path)
    assert [each.next_step for each in put_in(one, "3.4")] == ["switched on"]
    expression = (
        "import bpy; print('on:', 'farmdeck_blender' in bpy.context.preferences.addons, bpy.types.Scene.farmdeck)"
    )
    assert "on: True" in run_blender(program, expression, one)
    take_out(one, "3.4")
    gone = "import bpy; print('on:', 'farmdeck_blender' in bpy.context.preferences.addons)"
    assert "on: False" in run_blender(program, gone, one)
    assert not (tmp_path / "fd" / "store.sqlite3").exists(), "a Blender without a window opens no store"


def run_blender(program: str, expression: str, machine: Machine) -> str:
    command = [program, "--background", "-noaudio", "--python-expr", expression]
    environ = {**machine.environ, "PATH": os.environ["PATH"]}
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120, check=False).stdout


@pytest.mark.parametrize("version", [version for version in VERSIONS if version != "3.4"])
def test_the_extension_is_found_by_its_name(version: str, tmp_path: Path) -> None:
    release = blender(version)
    put_in(here(tmp_path, BLENDER_USER_RESOURCES=str(tmp_path / "blender")), version)
    said = release.run("extension", tmp_path)
    assert said == {"module": "bl_ext.user_default.farmdeck", "version": __version__, "property": [True, False]}


@pytest.mark.parametrize("version", [version for version in VERSIONS if version != "3.4"])
def test_blender_finds_it_on_a_share(version: str, tmp_path: Path) -> None:
    release = blender(version)
    (done,) = install_shared("blender", tmp_path / "Studio Ö", machine=here(tmp_path))
    name, _, folder = done.to_set[0].partition("=")
    code = (
        "import bpy, addon_utils; addon_utils.extensions_refresh(); "
        "print('found:', addon_utils.enable('bl_ext.system.farmdeck').__file__)"
    )
    environ = release.environment(tmp_path, **{name: folder})
    said = subprocess.run(
        [release.program, "-c", code], env=environ, capture_output=True, text=True, timeout=120, check=False
    ).stdout
    assert f"found: {ours(done) / '__init__.py'}" in said


def test_the_manifest_as_blender_wants_it(extension: Path) -> None:
    doc = tomllib.loads((extension / "blender_manifest.toml").read_text())
    assert doc["id"] == "farmdeck" and doc["schema_version"] == "1.0.0" and doc["type"] == "add-on"
    assert doc["version"] == __version__
    assert len(doc["tagline"]) <= 64 and not doc["tagline"].endswith(".")
    for reason in doc["permissions"].values():
        assert len(reason) <= 64 and not reason.endswith(".")


def test_the_two_forms_differ_only_in_the_manifest(addon: Path, extension: Path) -> None:
    one = {str(path.relative_to(addon)) for path in addon.rglob("*")}
    other = {str(path.relative_to(extension)) for path in extension.rglob("*")}
    assert other - one == {"blender_manifest.toml"} and one <= other
