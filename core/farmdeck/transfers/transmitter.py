"""The vendor's transmission program, called as a program of its own, without a shell.

Its command line, standard input and environment are those that rayvision_sync 3.1.8 gives it; what its options mean is
from the program's own help, and how it reads lists and names what it fetches was seen by running
rayvision_transmitter 1.1.5. Where the two contradict each other the program's help counts: rayvision_sync documents its
network mode as 1 tcp, 2 udp and hands the number on as `-p`, where 1 is udp and 2 is tcp.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from .._errors import BadInput
from ..farm import Watch
from ..launch import clean_environment
from .progress import (
    Identity,
    Meter,
    Trouble,
    batches,
    clean,
    clear,
    land,
    length,
    look,
    look_again,
    make_folder,
    part_folder,
    pause,
    translated,
    usable,
)
from .transfer import BETWEEN, INSIDE, Done, FileError, Item, Storage, Transfer, TransferCan, TransferError, nothing

LEASH = Path(__file__).with_name("leash.py")
PROTOCOLS = {"auto": 0, "udp": 1, "tcp": 2}
"""The program's `-p`; used by its engine `raysync` alone."""
WAITS = (5.0, 20.0, 60.0)
"""Seconds before each further try."""
POLL = 0.1
ENGINES = ("aspera", "raysync")
SETUP = "Run `farmdeck farms setup renderbus` to fetch it."
FILE_FIX = "Check that it is there and can be read, then press Start."
TAIL = 4000
AGAIN = frozenset((1, 8, 9, 10, 11))
"""Exit codes that may be gone next time: the program's help has 1, rayvision_sync tries the others again."""
AGAIN_TEXT = re.compile(r"need_retry\s+is:\s*1|Failed to open TCP connection|Cannot resolve target host")
"""It says 255 for a broken connection too, now and then; these lines tell (seen with 1.1.5)."""
NO_FILE = re.compile(r"info failed|[Nn]o such file")
CHATTER = re.compile(r"rayvision transmitter|run state is|need_retry|(up|down)load (is|task)")
SENT = re.compile(r"upload file done.*?\((.*)\)")
"""The line that rayvision_sync 3.1.8 looks for."""
MEANING = {
    1: "the connection failed",
    9: "an option or the server's name is wrong",
    127: "it does not start",
    255: "it gave up",
}


@dataclass(frozen=True)
class Ended:
    """How one call of the program ended."""

    code: int
    text: str
    """The last of what it said."""

    @property
    def of_file(self) -> bool:
        """One of the files is the trouble."""
        return self.code == 11 or bool(NO_FILE.search(self.text))

    @property
    def again(self) -> bool:
        """It may go next time."""
        return self.code in AGAIN or bool(AGAIN_TEXT.search(self.text))


@dataclass(frozen=True)
class Plan:
    """How a batch is brought over."""

    arguments: Callable[[Sequence[Item], Path], list[str]]
    """The command line for these items; the folder is for its lists."""
    over: Callable[[Sequence[Item], Path], int]
    """Bytes of these items that are there, told from the program's output file or from what arrived."""
    finish: Callable[[Item], None]
    """Once the program said that all is well."""


class TransmitterTransfer(Transfer):
    """Batches of files, each one call of the program.

    Between two calls nothing is lost; inside a file the program itself goes on with what it left (its `ascp` is told
    so), but nobody promises that.
    """

    label = "Renderbus transmitter"
    can = TransferCan(pause=True, resume=BETWEEN, cancel=INSIDE)

    def __init__(
        self,
        program: Path,
        engine: str,
        host: str,
        port: int,
        folder: Path,
        protocol: str = "auto",
        speed: int = 1048576,
        waits: Sequence[float] = WAITS,
    ) -> None:
        """`engine`: aspera or raysync; `folder`: a private one for its lists and logs; `speed`: KB/s, at most 1048576.

        `protocol`: auto, udp or tcp. Raises BadInput.
        """
        if protocol not in PROTOCOLS:
            raise BadInput(f"The protocol is {protocol!r}.", f"Give one of: {', '.join(PROTOCOLS)}.")
        if engine not in ENGINES:
            raise BadInput(f"The transfer engine is {engine!r}.", f"Give one of: {', '.join(ENGINES)}.")
        self._program = program
        self._server = f"{host}:{port}"
        self._line = ["-E", engine, "-H", host, "-P", str(port)]
        self._rest = ["-s", str(speed), "-C", "None", "-p", str(PROTOCOLS[protocol])]
        self._folder = folder
        self._waits = tuple(waits)

    def check(self) -> str:
        if not self._program.is_file() or not os.access(self._program, os.X_OK):
            raise TransferError(f"The transmitter {self._program} is not there or cannot be run.", SETUP)
        return "Ready"

    def upload(self, items: Sequence[Item], storage: Storage, watch: Watch, done: Done = nothing) -> None:
        self.check()
        meter, trouble = Meter(items, watch, done), Trouble()
        for batch in batches(usable(items, trouble)):
            before: dict[Item, Identity] = {}
            for item in batch:
                with trouble.kept():
                    before[item] = look(item)

            def finish(item: Item, before: dict[Item, Identity] = before) -> None:
                look_again(item, before[item])
                meter.done(item)

            plan = Plan(lambda part, lists: self._sending(part, storage, lists), _said, finish)
            self._bring(list(before), plan, meter, trouble)
        meter.step()
        trouble.tell()

    def download(self, items: Sequence[Item], storage: Storage, watch: Watch, done: Done = nothing) -> None:
        self.check()
        meter, trouble = Meter(items, watch, done), Trouble()
        for batch in _by_folder(usable(items, trouble)):
            landing = part_folder(batch[0], f"{storage.id}/{storage.user}/{_split(batch[0])[0]}")
            make_folder(landing)

            def finish(item: Item, landing: Path = landing) -> None:
                land(landing / _split(item)[1], item)
                meter.done(item)

            def arrived(part: Sequence[Item], _output: Path, landing: Path = landing) -> int:
                return sum(length(landing / _split(item)[1]) for item in part)

            plan = Plan(partial(self._fetching, storage, landing), arrived, finish)
            self._bring(batch, plan, meter, trouble)
            clear(landing)
        meter.step()
        trouble.tell()

    def _sending(self, items: Sequence[Item], storage: Storage, lists: Path) -> list[str]:
        assets = [{"local": str(item.local), "server": f"/{clean(item.remote)}"} for item in items]
        listed = lists / "upload.json"
        listed.write_text(json.dumps({"asset": assets}, ensure_ascii=False), "utf-8", "surrogateescape")
        return self._command(storage, "upload_json", listed, "/", "false")

    def _fetching(self, storage: Storage, landing: Path, items: Sequence[Item], lists: Path) -> list[str]:
        """A list is read from -R, a path a line; each file lands under its own name in -L (seen with 1.1.5)."""
        if len(items) == 1:
            return self._command(storage, "download_path", landing, clean(items[0].remote), "true")
        listed = lists / "download.txt"
        listed.write_text("".join(f"{clean(item.remote)}\n" for item in items), "utf-8", "surrogateescape")
        return self._command(storage, "download_list", landing, str(listed), "true")

    def _command(self, storage: Storage, kind: str, local: Path, remote: str, keep: str) -> list[str]:
        target = ["-S", storage.id, "-U", storage.user, "-T", kind, "-L", str(local), "-R", remote]
        return [str(self._program), *self._line, *target, "-r", "2", "-K", keep, *self._rest]

    def _bring(self, items: Sequence[Item], plan: Plan, meter: Meter, trouble: Trouble) -> None:
        """All of them in one call; where one file is the trouble, each alone, so that the rest gets through."""
        if not items:
            return
        ended = self._patiently(items, plan, meter)
        if ended.code == 0:
            for item in items:
                with trouble.kept():
                    plan.finish(item)
        elif not ended.of_file:
            raise self._error(ended)
        elif len(items) == 1:
            trouble.add(FileError(f"{items[0].local} did not get through: {_last_line(ended)}", FILE_FIX))
        else:
            for item in items:
                self._bring([item], plan, meter, trouble)

    def _patiently(self, items: Sequence[Item], plan: Plan, meter: Meter) -> Ended:
        """A call, and a few more with growing waits where that may help."""
        for seconds in self._waits:
            ended = self._call(items, plan, meter)
            if ended.code == 0 or ended.of_file or not ended.again:
                return ended
            pause(seconds, meter)
        return self._call(items, plan, meter)

    def _call(self, items: Sequence[Item], plan: Plan, meter: Meter) -> Ended:
        meter.step()  # none is begun after Cancel, however fast the one before was
        make_folder(self._folder)
        with translated(self._folder):
            lists = Path(tempfile.mkdtemp(prefix="call-", dir=self._folder))
        output = lists / "output.txt"
        try:
            with translated(self._folder), output.open("wb") as file:
                process = self._start(plan.arguments(items, lists), file)
            try:
                while (code := _wait(process, POLL)) is None:
                    meter.step(plan.over(items, output))
            finally:
                _end(process)
            return Ended(code, output.read_text("utf-8", "replace")[-TAIL:])
        finally:
            shutil.rmtree(lists, ignore_errors=True)

    def _start(self, command: Sequence[str], output: BinaryIO) -> subprocess.Popen[bytes]:
        environ = {**clean_environment(), "RAYVISION_LOG": str(self._folder)}
        detached: dict[str, Any] = {"start_new_session": True}
        if sys.platform == "win32":
            detached = {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}
        else:
            environ["LD_LIBRARY_PATH"] = str(self._program.parent)  # for this child alone
        return subprocess.Popen(
            [sys.executable, "-I", "-S", str(LEASH), *command],
            stdin=subprocess.PIPE,  # the leash
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=str(self._folder),
            env=environ,
            **detached,
        )

    def _error(self, ended: Ended) -> TransferError:
        fix = f"Check that {self._server} can be reached from here, then press Start."
        if ended.code == 127:
            fix = SETUP
        why = MEANING.get(ended.code, "the farm does not say why")
        return TransferError(f"The transmitter ended with code {ended.code}, {why}: {_last_line(ended)}", fix)


def _end(process: subprocess.Popen[bytes]) -> None:
    """With everything that it started; harmless when it has ended."""
    from ..farms.local.process import end_tree  # the whole local farm comes with it

    if process.poll() is None:
        end_tree(process.pid)
    if process.stdin is not None:
        process.stdin.close()
    process.wait()


def _wait(process: subprocess.Popen[bytes], seconds: float) -> int | None:
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None


def _said(items: Sequence[Item], output: Path) -> int:
    """Bytes of the files that it said it has sent."""
    sent = set(SENT.findall(output.read_text("utf-8", "replace")))
    return sum(item.size for item in items if str(item.local) in sent)


def _split(item: Item) -> tuple[str, str]:
    """(folder, name) of a remote path."""
    folder, _, name = clean(item.remote).rpartition("/")
    return folder, name


def _by_folder(items: Sequence[Item]) -> Iterator[list[Item]]:
    """Batches of one folder there and one here, where no two names are the same."""
    groups: dict[tuple[str, Path], list[Item]] = {}
    for item in items:
        groups.setdefault((_split(item)[0], item.local.parent), []).append(item)
    for group in groups.values():
        yield from batches(group)


def _last_line(ended: Ended) -> str:
    """The last thing it said that means something to a person."""
    lines = [line.strip() for line in ended.text.splitlines() if line.strip() and not CHATTER.match(line.strip())]
    return lines[-1].rstrip(".") + "." if lines else "It said nothing."
