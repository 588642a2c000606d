"""Files over Aspera's `ascp`, and over the transmitter that took its place in 2017: programs of their own.

Command lines: Fox Python API, 2016 (`ascp`) and 2017 (`rayvision_transmitter`, its arguments by position). They are
called without a shell. The password is in the child's environment and nowhere else.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Any, Callable, ClassVar

from ..._errors import FarmError
from ...redaction import redact
from .models import Transport

PASSWORD = "ASPERA_SCP_PASS"
PORT = 33001
RATE_KBITS = 1_000_000
LOOK_SECONDS = 0.05
"""How often a running program is looked after."""

Step = Callable[[], None]
"""Called again and again while a program runs; what it raises ends the program."""


def stay() -> None:
    """A Step that lets it run."""


@dataclass(frozen=True)
class Ran:
    """How a program ended."""

    code: int
    said: str
    """The end of what it printed, without secrets."""


@dataclass(frozen=True)
class Ascp:
    """2016: one server, one password, the users `ID_upload` and `ID_download`."""

    program: str
    server: str
    password: str = field(repr=False)

    most: ClassVar[int] = 64
    """Files that one call is given: each call is a connection of its own."""

    def upload(self, files: Sequence[str], folder: str, user: str, *, skip_same: bool = True, step: Step = stay) -> Ran:
        """Files, and folders with all that is in them, into the remote `folder`. Raises FarmError without a program."""
        target = f"{user}@{self.server}:/{folder.strip('/')}"
        return self._run([*self._options(skip_same), *files, target], step)

    def download(self, remote: str, folder: str, user: str, *, skip_same: bool = True, step: Step = stay) -> Ran:
        """The remote file or folder into the local `folder`. Raises FarmError without a program."""
        source = f"{user}@{self.server}:/{remote.strip('/')}"
        return self._run([*self._options(skip_same), source, folder], step)

    def _options(self, skip_same: bool) -> list[str]:
        """-d: folders are made; -p: times are kept, which is how `older` knows a file that is there already."""
        overwrite = "older" if skip_same else "always"
        return ["-P", str(PORT), "-O", str(PORT), "-d", "-p", "-l", str(RATE_KBITS), f"--overwrite={overwrite}"]

    def _run(self, arguments: list[str], step: Step) -> Ran:
        return run([self.program, *arguments], {PASSWORD: self.password}, step)


@dataclass(frozen=True)
class Transmitter:
    """2017: a line of the account's, storage ids in the place of users, no password."""

    program: str
    line: Transport
    user_id: str

    most: ClassVar[int] = 1

    def upload(self, files: Sequence[str], folder: str, storage_id: str, *, step: Step = stay) -> Ran:
        """One file or folder into the remote `folder`; what is there already is skipped."""
        (local,) = files
        return self._run(storage_id, "upload_files", local, f"/{folder.strip('/')}", step)

    def download(self, remote: str, folder: str, storage_id: str, *, step: Step = stay) -> Ran:
        """The remote file or folder into the local `folder`."""
        return self._run(storage_id, "download_files", folder, remote.strip("/"), step)

    def _run(self, storage_id: str, what: str, local: str, remote: str, step: Step) -> Ran:
        line = self.line
        to = [line.engine, line.server, line.ip, line.port, storage_id, self.user_id]
        return run([self.program, *to, what, local, remote], {}, step)


def run(command: list[str], secrets: Mapping[str, str], step: Step) -> Ran:
    """Run it to its end, `secrets` added to its environment. Raises FarmError when it cannot be started."""
    quiet: dict[str, Any] = {}
    if sys.platform == "win32":
        quiet["creationflags"] = subprocess.CREATE_NO_WINDOW
    with tempfile.TemporaryFile() as output:
        try:
            child = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **secrets},
                **quiet,
            )
        except OSError as exc:
            raise FarmError(
                f"{command[0]} cannot be started: {exc.strerror}.", "Name the program in the farm's settings."
            ) from exc
        try:
            _agree(child)
            code = _wait(child, step)
        finally:
            if child.poll() is None:
                child.kill()
                child.wait()
        return Ran(code, redact(_end_of(output), secrets.values()))


def _agree(child: subprocess.Popen[bytes]) -> None:
    """The programs ask whether to trust a server that they see for the first time."""
    assert child.stdin is not None
    try:
        child.stdin.write(b"y\n")
        child.stdin.close()
    except OSError:
        return  # it ended before it could ask


def _wait(child: subprocess.Popen[bytes], step: Step) -> int:
    while True:
        try:
            return child.wait(LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            step()


def _end_of(output: IO[bytes]) -> str:
    """The last line that says something."""
    output.seek(0, os.SEEK_END)
    output.seek(max(0, output.tell() - 4000))
    lines = [line.strip() for line in output.read().decode("utf-8", "replace").splitlines() if line.strip()]
    return lines[-1] if lines else ""


def program(name: str) -> str:
    """The program's path. Raises FarmError."""
    found = shutil.which(name)
    if found is None:
        raise FarmError(f"The program {name} is not on this machine.", "Install it, or name it in the farm's settings.")
    return found
