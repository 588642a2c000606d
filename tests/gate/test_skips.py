"""In CI a skip that nobody agreed to fails the run, also with pytest-xdist."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.skips import read_allowed

ROOT = Path(__file__).resolve().parents[2]

CONFTEST = """
import os
from pathlib import Path
from tests.skips import Skips

def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Skips(Path(__file__).with_name("allowed.txt"), os.environ.get("CI") == "true"))
"""

TESTS = """
import pytest

def test_passes(): pass

def test_skips(): pytest.skip("no moon tonight")

@pytest.mark.xfail
def test_known(): assert False
"""

MODULE = """
import pytest
pytest.importorskip("no_such_module_anywhere", reason="nothing like it here")
"""


@pytest.fixture
def run(tmp_path: Path):
    """pytest on the made-up tests; the finished process."""
    (tmp_path / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (tmp_path / "test_a.py").write_text(TESTS, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")

    def go(allowed: str, *arguments: str, ci: bool = True) -> subprocess.CompletedProcess[str]:
        (tmp_path / "allowed.txt").write_text(allowed, encoding="utf-8")
        environ = {**os.environ, "CI": "true" if ci else "", "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
        return subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)

    return go


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_skip_fails_in_ci_and_is_named(run, workers):
    done = run("", "-n", workers)
    assert done.returncode == 1
    assert "test_a.py::test_skips: no moon tonight" in done.stdout
    assert "test_known" not in done.stdout
    assert "1 passed" in done.stdout.strip().splitlines()[-1]  # the closing line stays the last


def test_a_skip_with_a_reason_that_is_allowed_passes(run):
    assert run("no moon*  # it is not always there\n", "-n", "2").returncode == 0


def test_on_a_person_s_machine_it_passes(run):
    assert run("", "-n", "2", ci=False).returncode == 0


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_module_that_skips_itself_counts(run, tmp_path, workers):
    (tmp_path / "test_b.py").write_text(MODULE, encoding="utf-8")
    done = run("no moon*  # it is not always there\n", "-n", workers)
    assert done.returncode == 1 and "nothing like it here" in done.stdout
    assert run("no *  # x\nnothing *  # y\n", "-n", workers).returncode == 0


def test_a_pattern_must_say_why(tmp_path):
    file = tmp_path / "allowed.txt"
    file.write_text("# a comment\n\nno moon*  # it is not always there\n", encoding="utf-8")
    assert read_allowed(file) == ["no moon*"]
    file.write_text("no moon*\n", encoding="utf-8")
    with pytest.raises(ValueError, match="does not say why"):
        read_allowed(file)


def test_our_own_list_can_be_read():
    read_allowed(ROOT / "tests" / "allowed_skips.txt")
