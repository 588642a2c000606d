"""The installer: where each Blender looks, whole or not at all, and enabled at the next start."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
import tomllib
from farmdeck import __version__
from farmdeck._errors import BadInput
from farmdeck.launch import read_pointer
from farmdeck_ui import install_blender
from farmdeck_ui.install_blender import (
    AGENT_COMMAND,
    PACKAGE,
    InstallError,
    build_bundle,
    build_zip,
    find_blenders,
    install,
    relative_imports,
    uninstall,
)

from tests.blender.blenders import VERSIONS, blender


def environ(tmp_path: Path, **more: str) -> dict[str, str]:
    """No program on PATH, a home of its own."""
    return {"HOME": str(tmp_path), "PATH": str(tmp_path / "bin"), "FARMDECK_HOME": str(tmp_path / "fd"), **more}


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
    for folder in ("3.6", "4.2", "4.9", "notes"):
        (tmp_path / ".config/blender" / folder).mkdir(parents=True)
    found = find_blenders(environ(tmp_path))
    assert [place.version for place in found] == ["3.6", "4.2", "4.9", "4.10"]
    assert [bool(place.program) for place in found] == [False, False, False, True]
    assert [place.kind for place in found] == ["addon", "extension", "extension", "extension"]
    assert found[0].target == tmp_path / ".config/blender/3.6/scripts/addons/farmdeck_blender"
    assert found[1].target == tmp_path / ".config/blender/4.2/extensions/user_default/farmdeck"


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
    (tmp_path / ".config/blender/4.5").mkdir(parents=True)
    (place,) = find_blenders(environ(tmp_path, **named))
    assert (str(place.scripts), str(place.extensions)) == (scripts, extensions)


def test_an_extension_and_an_addon_and_again(tmp_path: Path) -> None:
    for folder in ("3.6", "4.5"):
        (tmp_path / ".config/blender" / folder).mkdir(parents=True)
    env = environ(tmp_path)
    done = install(environ=env)
    assert [(each.version, each.kind, each.enabled) for each in done] == [
        ("3.6", "addon", "next start"),
        ("4.5", "extension", "next start"),
    ]
    assert not (done[0].path / "blender_manifest.toml").exists()
    assert (done[1].path / "blender_manifest.toml").exists()
    assert read_pointer(env) == AGENT_COMMAND
    (done[1].path / "stale.py").write_text("old")
    assert install(environ=env) == done
    assert not (done[1].path / "stale.py").exists()
    assert [path.name for path in done[1].path.parent.iterdir()] == ["farmdeck"], "nothing is left beside it"
    assert [each.version for each in uninstall(environ=env)] == ["3.6", "4.5"]
    assert list((tmp_path / ".config/blender").rglob("*.py")) == []
    assert uninstall(environ=env) == []


def test_a_program_enables_it(tmp_path: Path) -> None:
    fake_program(tmp_path, "blender", "4.5.3 LTS")
    (done,) = install(environ=environ(tmp_path))
    assert done.enabled == "now"
    assert "bl_ext.user_default.farmdeck" in (tmp_path / "ran").read_text()


def test_a_program_that_would_not_leaves_the_note(tmp_path: Path) -> None:
    fake_program(tmp_path, "blender", "4.5.3", answer="Error: no")
    (done,) = install(environ=environ(tmp_path))
    assert done.enabled == "next start"
    assert (tmp_path / ".config/blender/4.5/scripts/startup/farmdeck_enable.py").exists()


@pytest.mark.parametrize("version", ["2.93", "new", "4"])
def test_a_version_that_will_not_do(tmp_path: Path, version: str) -> None:
    with pytest.raises(BadInput) as error:
        install(version, environ=environ(tmp_path))
    assert version in error.value.what and error.value.fix


def test_no_blender_at_all(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="No Blender is found"):
        install(environ=environ(tmp_path))
    assert not (tmp_path / "fd").exists()


def test_a_failure_half_way_keeps_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    env = environ(tmp_path)
    (done,) = install("4.5", environ=env)
    (done.path / "mark").write_text("the one before")

    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(install_blender.shutil, "copytree", full)
    with pytest.raises(InstallError, match="No space left"):
        install("4.5", environ=env)
    assert (done.path / "mark").read_text() == "the one before"
    assert [path.name for path in done.path.parent.iterdir()] == ["farmdeck"]


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / ".config/blender/4.5").mkdir(parents=True)
    (tmp_path / ".config/blender/4.5/extensions").write_text("a file where a folder should be")
    with pytest.raises(InstallError, match="cannot be written"):
        install("4.5", environ=environ(tmp_path))


def test_the_bundle_imports_nothing_absolute(bundle: Path) -> None:
    absolute = re.compile(r"\s*(from|import) (fileseq|farmdeck)\b")
    for path in (bundle / "_vendor").rglob("*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert not absolute.match(line), f"{path}: {line}"
    assert not (bundle / "_vendor/farmdeck/agent").exists()
    assert {path.name for path in bundle.rglob("LICENSE")} == {"LICENSE"}
    assert (bundle / "_vendor/fileseq/LICENSE").exists() and (bundle / "LICENSE").exists()


def test_imports_are_made_relative() -> None:
    assert relative_imports("    from fileseq import FrameSet\n", 2) == "    from ..fileseq import FrameSet\n"
    assert relative_imports("from fileseq._vendor.a import *\n", 3) == "from ...fileseq._vendor.a import *\n"
    with pytest.raises(InstallError):
        relative_imports("import fileseq\n", 2)


def test_every_file_of_the_addon_says_its_licence(bundle: Path) -> None:
    ours = [path for path in bundle.glob("*.*") if path.suffix in (".py", ".toml")]
    assert len(ours) > 15
    for path in ours:
        assert path.read_text().startswith("# SPDX-License-Identifier: GPL-3.0-or-later\n"), path


def test_the_zip_has_the_manifest_at_the_top_or_the_folder_inside(tmp_path: Path) -> None:
    with zipfile.ZipFile(build_zip(tmp_path / "e.zip")) as archive:
        assert "blender_manifest.toml" in archive.namelist() and "_vendor/farmdeck/desk.py" in archive.namelist()
    with zipfile.ZipFile(build_zip(tmp_path / "a.zip", "addon")) as archive:
        assert all(name.startswith(f"{PACKAGE}/") for name in archive.namelist())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip", "e.zip"]


def test_the_classic_addon_is_enabled_at_the_next_start(tmp_path: Path) -> None:
    program = blender("3.4").program
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "blender").symlink_to(program)
    env = environ(tmp_path)
    done = install("3.4", environ=env)
    assert [each.enabled for each in done] == ["now"]
    expression = (
        "import bpy; print('on:', 'farmdeck_blender' in bpy.context.preferences.addons, bpy.types.Scene.farmdeck)"
    )
    assert "on: True" in run_blender(program, expression, env)
    uninstall("3.4", environ=env)
    gone = "import bpy; print('on:', 'farmdeck_blender' in bpy.context.preferences.addons)"
    assert "on: False" in run_blender(program, gone, env)
    assert not (tmp_path / "fd" / "store.sqlite3").exists(), "a Blender without a window opens no store"


def run_blender(program: str, expression: str, env: dict[str, str]) -> str:
    command = [program, "--background", "-noaudio", "--python-expr", expression]
    return subprocess.run(
        command, env={**env, "PATH": os.environ["PATH"]}, capture_output=True, text=True, timeout=120, check=False
    ).stdout


@pytest.mark.parametrize("version", [version for version in VERSIONS if version != "3.4"])
def test_the_extension_is_found_by_its_name(version: str, tmp_path: Path) -> None:
    release = blender(version)
    resources = tmp_path / "blender"
    env = environ(tmp_path, BLENDER_USER_RESOURCES=str(resources))
    install(version, enable=False, environ=env)
    said = release.run("extension", tmp_path)
    assert said == {"module": "bl_ext.user_default.farmdeck", "version": __version__, "property": [True, False]}


def test_the_manifest_as_blender_wants_it(bundle: Path) -> None:
    doc = tomllib.loads((bundle / "blender_manifest.toml").read_text())
    assert doc["id"] == "farmdeck" and doc["schema_version"] == "1.0.0" and doc["type"] == "add-on"
    assert doc["version"] == __version__
    assert len(doc["tagline"]) <= 64 and not doc["tagline"].endswith(".")
    for reason in doc["permissions"].values():
        assert len(reason) <= 64 and not reason.endswith(".")


def test_bundles_differ_only_in_the_manifest(tmp_path: Path, bundle: Path) -> None:
    addon = build_bundle(tmp_path / "x", "addon")
    one = {str(path.relative_to(addon)) for path in addon.rglob("*") if path.is_file()}
    other = {
        str(path.relative_to(bundle))
        for path in bundle.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert other - one == {"blender_manifest.toml"} and one <= other
    shutil.rmtree(addon)
