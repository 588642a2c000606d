"""start.py where something is missing: it says what to do. That it works is what runs these tests."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.interpreters import find_python

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """start.py as a module, its own folder moved away; nothing is installed, every command is written down."""
    spec = importlib.util.spec_from_file_location("start_under_test", ROOT / "start.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "HERE", tmp_path)
    monkeypatch.setattr(module, "OWN", tmp_path / ".farmdeck")
    return module


def test_an_older_python_is_told():
    python = find_python("3.9")
    if python is None:
        pytest.skip("Python 3.9 is not here")
    done = subprocess.run([python, ROOT / "start.py"], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "needs Python 3.11 or newer; this is 3.9" in done.stderr and "Traceback" not in done.stderr


def test_help_is_its_own_docstring():
    command = [sys.executable, ROOT / "start.py", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0 and "python3 start.py test" in done.stdout
    command[-1] = "tset"
    assert subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 2


def test_it_needs_nothing_but_the_standard_library():
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import start; print(len(start.BPY))"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_without_rights_the_line_to_type_is_printed(start, monkeypatch, capsys):
    monkeypatch.setattr(start, "may_install", lambda: None)
    monkeypatch.setattr(start.shutil, "which", lambda name: "/usr/bin/apt-get")
    monkeypatch.setattr(start, "installed", lambda package: package == "xvfb")
    assert not start.apt(["blender", "xvfb"], "Blender")
    assert "sudo apt-get install -y --no-install-recommends blender\n" in capsys.readouterr().out


def test_what_is_there_is_not_installed_again(start, monkeypatch):
    monkeypatch.setattr(start.shutil, "which", lambda name: "/usr/bin/apt-get")
    monkeypatch.setattr(start, "installed", lambda package: True)
    monkeypatch.setattr(start, "may_install", lambda: pytest.fail("asked for rights"))
    assert start.apt(["blender"], "Blender")


def test_a_library_that_does_not_load_is_asked_for_by_its_package(start, monkeypatch):
    asked: list[list[str]] = []
    monkeypatch.setattr(start, "apt", lambda packages, why: bool(asked.append(packages)))
    monkeypatch.setattr(start.sys, "platform", "linux")
    assert not start.need({"libc.so.6": "libc6", "libnothing.so.0": "libnothing0"}, "This")
    assert asked == [["libnothing0"]]
    assert start.need({"libc.so.6": "libc6"}, "This")


def test_a_stamp_says_that_nothing_has_to_be_done(start, tmp_path, monkeypatch):
    monkeypatch.setattr(start, "run", lambda *_: pytest.fail("something was installed"))
    python = start.interpreter(tmp_path / ".venv")
    python.parent.mkdir(parents=True)
    python.touch()
    (tmp_path / ".venv" / "run.stamp").write_text(start.digest([*start.INSTALLED, start.PINS]), encoding="utf-8")
    assert start.own_environment() == python


def test_a_folder_that_was_moved_is_set_up_anew(start, tmp_path, monkeypatch):
    commands: list[list[str]] = []
    monkeypatch.setattr(start, "run", lambda command, fix: commands.append(command))
    python = start.interpreter(tmp_path / ".venv")
    python.parent.mkdir(parents=True)
    python.touch()
    (tmp_path / ".venv" / "run.stamp").write_text("sum (3, 11) /somewhere/else", encoding="utf-8")
    start.own_environment()
    assert commands[0][1:4] == ["-m", "venv", "--clear"]
    assert [command[1:4] for command in commands[1:]] == [["-m", "pip", "install"]] * 2


@pytest.mark.skipif(sys.platform == "win32", reason="no such folders on Windows")
def test_no_apt_is_said_too(start, monkeypatch, capsys):
    monkeypatch.setattr(start.shutil, "which", lambda name: None)
    assert not start.apt(["libegl1"], "The window")
    assert "libegl1" in capsys.readouterr().out
