"""The interface every render service implements, and its capabilities as data.

A farm runs in the agent only. Several threads call it at once: one that follows its jobs, up to four deliveries, one
that fetches pictures. It never touches the store.
"""

from __future__ import annotations

import abc
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable

from ._errors import BadInput, Cancelled, FarmError
from .environments import Needs, RenderEnv, version_key
from .job import Action, Frame, JobState
from .scene import Plugin, Problem, Software
from .submission import Submission


@dataclass(frozen=True)
class Limit:
    """A choice of an option that does not suit every scene."""

    choice: str
    reason: str
    """A whole sentence: `These machines do not render Blender.`"""
    software: str = ""
    """Which software it does not suit; "" for all."""
    versions: tuple[str, ...] = ()
    """Which versions of that software; () for all."""
    plugins: tuple[str, ...] = ()
    """Regular expressions over `name version`; () says nothing about plug-ins."""


@dataclass(frozen=True)
class Option:
    """One field of the submission form, and one `--option K=V`."""

    name: str
    label: str
    """As the panel shows it: `Frames per task`."""
    kind: str
    """`int`, `float`, `bool`, `text`, `choice`, or `file`: a file at the farm, picked where it can be browsed."""
    default: Any
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    unit: str = ""
    """`s`, `frames`, …, shown after the number."""
    help: str = ""
    """A sentence for the tooltip."""
    zero: str = ""
    """What stands in the place of the smallest value where that means none or all: `no limit`."""
    rare: bool = False
    """Seldom changed: the panel folds it away."""
    limits: tuple[Limit, ...] = field(default=(), metadata={"of": Limit})
    """Choices that do not suit every scene; the panel greys them, and says why."""
    when: tuple[str, ...] = ()
    """The name of a choice option, then those of its choices with which this one is asked for; () for always."""


@dataclass(frozen=True)
class Extra:
    """Something more that a farm can do, to one of its jobs or as a whole, with a small form of its own."""

    name: str
    """`full-speed`, as the command line says it."""
    label: str
    """`Full speed`, as the panel's menu says it; a question follows when there are options."""
    on: str
    """`job` or `farm`."""
    options: tuple[Option, ...] = field(default=(), metadata={"of": Option})
    columns: tuple[str, ...] = ()
    """The head of the table that it answers with; () when it changes something and answers with a sentence."""


@dataclass(frozen=True)
class Account:
    """Who we are on a farm, and what is left."""

    name: str
    balance: float | None = None
    """Money, in `currency`; None where the farm does not say."""
    currency: str = ""
    """`USD`, `CNY`, …"""
    prices: Mapping[str, float] = field(default_factory=dict)
    """For each kind of machine, for one hour: {"CPU": 0.67}."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """What else there is to say, by its label."""


@dataclass(frozen=True)
class Output:
    """One finished file on a farm that keeps them until they are fetched."""

    id: str
    """As the farm calls it."""
    part: int
    """Index into the job's parts."""
    path: str
    """Below the part's output folder, with forward slashes."""
    size: int
    """Bytes."""
    modified: float | None = None
    """Seconds since the epoch."""
    frame: int | None = None
    """The frame that it shows; None for files of no one frame."""


@dataclass(frozen=True)
class Entry:
    """A file or folder at the farm."""

    name: str
    path: str
    """Below the farm's root, with forward slashes."""
    folder: bool = False


@dataclass(frozen=True)
class Nearby:
    """A farm that was found on the local network."""

    address: str
    """As `farms add` takes it: `http://192.168.1.5:8080/`."""
    label: str
    """What it calls itself."""


@dataclass(frozen=True)
class Capabilities:
    """What a farm can do; the panel hides the rest."""

    actions: tuple[Action, ...] = ()
    environments: bool = False
    logs: bool = False
    pictures: bool = False
    """Finished frames get thumbnails."""
    progress: bool = False
    """Frames report how far they are."""
    priority: bool = False
    hold: bool = False
    download: bool = False
    """Frames have to be fetched; False: they are written to the output folder directly."""
    idempotent: bool = False
    """Submitting the same submission id twice makes one job."""
    cost: bool = False
    edit_environments: bool = False
    """Environments can be made, changed and removed."""
    browse: bool = False
    """Its files can be looked through."""
    poll_seconds: float = 10.0
    """How often its jobs are asked for while any of them is live."""
    options: tuple[Option, ...] = field(default=(), metadata={"of": Option})
    extras: tuple[Extra, ...] = field(default=(), metadata={"of": Extra})


@dataclass(frozen=True)
class Counts:
    """How many of a job's frames are where."""

    total: int
    done: int
    failed: int
    rendering: int


@dataclass(frozen=True)
class JobReport:
    """What a farm says of one of its jobs."""

    farm_job: str
    state: JobState
    farm_state: str = ""
    message: str = ""
    started: float | None = None
    ended: float | None = None
    counts: Counts | None = None
    """Of a farm that counts: its frames are then asked for only while somebody looks at them, and at the end."""
    cost: float | None = None
    """Spent so far, in `currency`."""
    currency: str = ""
    thumbnail: str = ""
    """A small picture of what was rendered last, absolute, from a farm that makes one; "" while there is none."""


class Watch:
    """Carries progress up and the wish to stop down. Raises Cancelled out of `step`."""

    def __init__(self, on_step: Callable[[float, float], None] = lambda done, total: None) -> None:
        self._on_step = on_step
        self._stop = threading.Event()

    def cancel(self) -> None:
        """Ask the work to stop at its next step."""
        self._stop.set()

    @property
    def cancelled(self) -> bool:
        """Somebody pressed Stop."""
        return self._stop.is_set()

    def wait(self, seconds: float) -> None:
        """Pause the work that long. Raises Cancelled as soon as somebody presses Stop."""
        self._stop.wait(seconds)
        self.check()

    def check(self) -> None:
        """Raises Cancelled when somebody pressed Stop."""
        if self._stop.is_set():
            raise Cancelled("Stopped before it was done.", "Press Start to go on.")

    @contextmanager
    def telling(self, on_step: Callable[[float, float], None]) -> Iterator[None]:
        """Have `on_step` called in this stretch, in the place of what was."""
        before, self._on_step = self._on_step, on_step
        try:
            yield
        finally:
            self._on_step = before

    def step(self, done: float, total: float) -> None:
        """`done` of `total`, in any one unit. Raises Cancelled when somebody pressed Stop.

        Called on the thread that called the farm: who listens may hold a connection that belongs to it.
        """
        self.check()
        self._on_step(done, total)


@dataclass(frozen=True)
class FarmContext:
    """What the agent gives a farm when it makes it."""

    name: str
    """The account's name in the settings; `local` for the embedded farm."""
    folder: Path
    """A folder of the farm's own, on a local disk, private to the user."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """The farm's table of the settings file."""
    secret: Callable[[], str] = lambda: ""
    """Fetches the account's secret when it is needed; never logged."""
    notify: Callable[[str], None] = lambda job_id: None
    """Called from any thread when something changed: the job, by the farm's id, is looked at before the next poll."""


class Farm(abc.ABC):
    """Where jobs go. Every method may raise FarmError; ids are the farm's own."""

    label: str = ""
    """The kind as the artist knows it: `This machine`, `Flamenco`."""
    address: str = ""
    """The setting that says where it is, for `farms add NAME ADDRESS`; "" for a farm that has no address."""

    @abc.abstractmethod
    def __init__(self, context: FarmContext) -> None:
        """Cheap: no network, no scan."""

    @classmethod
    def unavailable(cls) -> str | None:
        """Why this farm cannot be used on this machine, as a sentence with its remedy; None when it can."""
        return None

    @classmethod
    def nearby(cls, seconds: float) -> list[Nearby]:
        """Farms of this kind that answer on the local network within so many seconds; [] where they cannot."""
        return []

    @property
    @abc.abstractmethod
    def capabilities(self) -> Capabilities:
        """What it can do, as data."""

    @abc.abstractmethod
    def check(self) -> str:
        """Is it there? A short phrase such as `Ready, 3 renderers`. Raises FarmError when it is not."""

    def environments(self) -> list[RenderEnv]:
        """What it can render with; [] for a farm without environments."""
        return []

    def problems(self, submission: Submission) -> list[Problem]:
        """What this farm has against the submission, before anything is sent."""
        return []

    def hash(self, submission: Submission, scene: Path, watch: Watch) -> None:  # noqa: B027 - for farms that upload
        """Find out what the farm has already. Called again after a crash: what was found must be kept by the farm."""

    def upload(self, submission: Submission, scene: Path, watch: Watch) -> None:  # noqa: B027 - for farms that upload
        """Bring the files to where the farm reads them; goes on from where it was. `watch.step` counts bytes."""

    @abc.abstractmethod
    def submit(self, submission: Submission, scene: Path, watch: Watch) -> str:
        """Hand it over; returns the farm's own id.

        `scene` is the snapshot to render, absolute. The farm may keep using it until the job is deleted or ends.
        """

    @abc.abstractmethod
    def find(self, submission_id: str) -> str | None:
        """The id of the job that this submission already became, or None. Looked at before anything is sent again."""

    @abc.abstractmethod
    def jobs(self, ids: Sequence[str]) -> dict[str, JobReport]:
        """Reports by id; a job that the farm does not know is left out."""

    @abc.abstractmethod
    def frames(self, job_id: str) -> list[Frame]:
        """Every frame, by part and number. Raises UnknownJob."""

    @abc.abstractmethod
    def act(self, job_id: str, action: Action, frames: Sequence[tuple[int, int]] = ()) -> None:
        """Do it; returns when it is done. `frames`: (part, number) pairs for RETRY. Raises UnknownJob, FarmError."""

    # environments, for a farm that claims to edit them

    def environment_like(
        self, software: Software, plugins: Sequence[Plugin], system: str
    ) -> tuple[RenderEnv, list[str]]:
        """The environment nearest to a scene's own versions that could be made, not made yet, and what differs.

        `system`: `linux`, `windows`, or "" for the farm's choice. Raises FarmError when it has no such software.
        """
        raise self._no_environments()

    def add_environment(self, env: RenderEnv) -> None:
        """Make it. Raises FarmError, for a name that is taken too."""
        raise self._no_environments()

    def edit_environment(self, env: RenderEnv) -> None:
        """Change the one of that name. Raises FarmError."""
        raise self._no_environments()

    def remove_environment(self, name: str) -> None:
        """Raises FarmError."""
        raise self._no_environments()

    def set_default_environment(self, name: str) -> None:
        """Raises FarmError."""
        raise self._no_environments()

    def _no_environments(self) -> FarmError:
        return FarmError(f"{self.label} has no environments that can be changed.", "Ask who looks after it.")

    # finished files, for a farm that claims download

    def outputs(self, job_id: str) -> list[Output]:
        """Every finished file there is to fetch now. Raises UnknownJob."""
        return []

    def fetch(  # noqa: B027 - for farms that keep the files
        self,
        job_id: str,
        wanted: Sequence[tuple[Output, Path]],
        watch: Watch,
        done: Callable[[Output], None] = lambda output: None,
    ) -> None:
        """Bring files to those paths, each whole or not at all; `done` after each. Goes on from where it was."""

    # what else it can do

    def browse(self, path: str) -> list[Entry]:
        """What is in a folder of the farm's files; "" is their root. Raises BadInput for a path that leaves it."""
        raise BadInput(f"{self.label} shows no files.", "Type the path.")

    def account(self) -> Account | None:
        """Who we are there; None for a farm without accounts."""
        return None

    def run(self, extra: str, job_id: str, values: Mapping[str, Any]) -> list[list[str]] | str:
        """Do one of the claimed extras: rows below its columns, or a sentence. Raises BadInput, FarmError."""
        raise BadInput(f'{self.label} has nothing called "{extra}".', "See `farmdeck farms extras`.")

    def log(self, job_id: str, part: int, number: int) -> str:
        """The last attempt's log as text. Raises UnknownJob, FarmError when there is none."""
        raise BadInput("This farm keeps no logs.", "Look on the farm's own pages.")

    def close(self) -> None:  # noqa: B027 - most farms have nothing to close
        """The agent ends; whatever runs here stops and can go on with the next agent."""


def unsuited(option: Option, needs: Needs) -> dict[str, str]:
    """The option's choices that do not suit the scene or submission, each with the reason."""
    return {limit.choice: limit.reason for limit in option.limits if _applies(limit, needs)}


def _applies(limit: Limit, needs: Needs) -> bool:
    if limit.software and limit.software.lower() != needs.software.name.lower():
        return False
    wanted = version_key(needs.software.version)
    if limit.versions and not any(wanted[: len(key)] == key for key in map(version_key, limit.versions) if key):
        return False
    names = [f"{plugin.name} {plugin.version}".strip() for plugin in needs.plugins]
    return not limit.plugins or any(_matches(pattern, name) for pattern in limit.plugins for name in names)


def _matches(pattern: str, name: str) -> bool:
    """The farm's patterns are taken as they are; one that is no regular expression is looked for as text."""
    try:
        return re.search(pattern, name, re.IGNORECASE) is not None
    except re.error:
        return pattern.lower() in name.lower()


def asked(options: Sequence[Option], values: Mapping[str, Any]) -> list[Option]:
    """Those that are asked for, given what was chosen so far, by name."""
    chosen = {option.name: values.get(option.name, option.default) for option in options}
    return [option for option in options if not option.when or chosen.get(option.when[0]) in option.when[1:]]


def check_options(options: Sequence[Option], given: Mapping[str, Any]) -> dict[str, Any]:
    """Every option with the given or the default value, text turned into its kind. Raises BadInput."""
    known = {option.name: option for option in options}
    for name in given:
        if name not in known:
            raise BadInput(f'There is no option "{name}".', f"This farm has: {', '.join(known) or 'none'}.")
    return {name: _option_value(option, given.get(name, option.default)) for name, option in known.items()}


def _option_value(option: Option, raw: Any) -> Any:
    try:
        value: Any = raw
        if option.kind == "int":
            value = int(raw)
        elif option.kind == "float":
            value = float(raw)
        elif option.kind == "bool":
            value = raw if isinstance(raw, bool) else {"true": True, "false": False}[str(raw).lower()]
        else:
            value = str(raw)
    except (ValueError, TypeError, KeyError):
        kind = {"int": "a whole number", "float": "a number", "bool": "true or false"}[option.kind]
        raise BadInput(f"{option.name} is {raw!r}.", f"Give {kind}.") from None
    if option.kind in ("int", "float"):
        _check_limits(option, value)
    if option.kind == "choice" and value not in option.choices:
        raise BadInput(f"{option.name} is {value!r}.", f"Give one of: {', '.join(option.choices)}.")
    return value


def _check_limits(option: Option, value: float) -> None:
    low, high = option.minimum, option.maximum
    if low is not None and value < low:
        raise BadInput(f"{option.name} is {value}.", f"Give {low:g} or more.")
    if high is not None and value > high:
        raise BadInput(f"{option.name} is {value}.", f"Give {high:g} or less.")
