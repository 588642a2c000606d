"""On a terminal: tables with heads, a live bar, and Ctrl+C that leaves the job going."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import PATIENCE, TINY, Cloud, CommandLine

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")

CURSOR_HIDDEN, CURSOR_SHOWN = "\x1b[?25l", "\x1b[?25h"


class Terminal:
    """A command with a terminal of its own, 120 columns wide."""

    def __init__(self, line: CommandLine, *words: object) -> None:
        import fcntl
        import pty
        import struct
        import termios

        self.said = ""
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        environ = {name: value for name, value in line.environ.items() if name not in ("NO_COLOR", "CI", "COLUMNS")}
        self._process = subprocess.Popen(
            line.command(*words),
            env={**environ, "TERM": "xterm-256color", "LANG": "C.UTF-8"},
            cwd=line.home,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # Ctrl+C comes from its own terminal
        )
        os.close(slave)

    def read(self, enough: Callable[[str], bool] = lambda said: False) -> str:
        """Read until it is enough, or to the end."""
        until = time.monotonic() + PATIENCE
        while not enough(self.said):
            assert time.monotonic() < until, self.said
            if not select.select([self._master], [], [], 0.5)[0]:
                continue
            try:
                self.said += os.read(self._master, 65536).decode("utf-8", "replace")
            except OSError:  # EIO: the other end is closed
                break
        return self.said

    def press(self, keys: bytes) -> None:
        os.write(self._master, keys)

    def end(self) -> int:
        """Its exit code."""
        self.read()
        code = self._process.wait(PATIENCE)
        os.close(self._master)
        return code


def test_tables_have_heads(farmdeck: CommandLine, done_job: str):
    terminal = Terminal(farmdeck, "jobs", "--limit", "0")
    assert terminal.end() == 0
    head = terminal.said.splitlines()[0]
    for name in ("Id", "Job", "State", "Done", "Failed", "Left", "Elapsed", "Farm", "Submitted"):
        assert name in head
    assert "looked at" in terminal.said
    assert "\x1b[32mDone" in terminal.said  # in green


def test_nothing_to_show_is_said(another):
    line = another()
    terminal = Terminal(line, "jobs")
    assert terminal.end() == 0
    assert "No jobs yet. What you submit shows here." in terminal.said
    assert line.ok("jobs") == ""


def test_inspect_is_a_table(farmdeck: CommandLine):
    terminal = Terminal(farmdeck, "inspect", TINY)
    assert terminal.end() == 0
    assert "Renderer" in terminal.said
    assert "Tiny/beauty" in terminal.said
    assert "\t" not in terminal.said


def test_watching_is_a_live_bar(farmdeck: CommandLine, tmp_path: Path):
    terminal = Terminal(farmdeck, "submit", TINY, "--frames", "1-2", "--output", tmp_path / "out", "--watch")
    assert terminal.end() == 0
    assert terminal.said.count(CURSOR_HIDDEN) == terminal.said.count(CURSOR_SHOWN) > 0
    assert "━" in terminal.said
    assert "frame 2: done" in terminal.said
    assert terminal.said.splitlines()[-1] == f"frames: {tmp_path / 'out'}"


def test_ctrl_c_leaves_the_job_going(farmdeck: CommandLine, tmp_path: Path):
    terminal = Terminal(
        farmdeck, "submit", TINY, "--item", "Slow/beauty", "--frames", "1", "--output", tmp_path / "out", "--watch"
    )
    terminal.read(lambda said: "Rendering" in said)
    terminal.press(b"\x03")
    assert terminal.end() == 130
    assert "Left. What was submitted goes on" in terminal.said
    assert terminal.said.rindex(CURSOR_SHOWN) > terminal.said.rindex(CURSOR_HIDDEN)
    assert "Traceback" not in terminal.said
    job = farmdeck.json("jobs", "--state", "rendering")[0]
    assert Path(job["output"]) == tmp_path / "out"
    farmdeck.ok("delete", job["id"])


def test_a_reader_that_goes_away_is_no_error(farmdeck: CommandLine, done_job: str):
    process = subprocess.Popen(
        farmdeck.command("frames", done_job, "--json"),
        env=farmdeck.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout and process.stderr
    process.stdout.close()
    said = process.stderr.read()
    process.stderr.close()
    assert process.wait(PATIENCE) in (0, 1, -signal.SIGPIPE)
    assert said == b""


def test_fetching_is_a_live_bar(cloud: Cloud, tmp_path: Path):
    id = cloud.submit("--frames", "1-3", "--output", tmp_path / "out")
    terminal = Terminal(cloud.line, "job", id, "--watch")
    assert terminal.end() == 0
    assert terminal.said.splitlines()[-1] == f"frames: {tmp_path / 'out'}"
    again = Terminal(cloud.line, "download", id, "--to", tmp_path / "there")
    assert again.end() == 0
    assert again.said.count(CURSOR_HIDDEN) == again.said.count(CURSOR_SHOWN) > 0
    assert "3 files fetched to" in again.said
    cloud.line.ok("delete", id)


def test_columns_that_are_empty_are_left_out(cloud: Cloud):
    terminal = Terminal(cloud.line, "envs", "list", "--farm", "cloud")
    assert terminal.end() == 0
    head, row = terminal.said.splitlines()[:2]
    assert head.split() and "Program" not in head and "System" in head
    assert "Blender 3.4" in row
