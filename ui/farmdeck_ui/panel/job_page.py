"""One job: what it is doing, each frame, the picture and the log of the chosen one."""
# mypy: allow-subclassing-any

from __future__ import annotations

from collections.abc import Mapping, Sequence

from farmdeck import Action, FarmdeckError, Frame, FrameState, Job
from farmdeck.desk import FramesChanged
from farmdeck.farm import Capabilities, Extra

from . import words
from .action_row import ActionRow
from .background import Background
from .frame_facts import FrameFacts
from .frame_log import LogView
from .frame_strip import FrameStrip
from .job_delegates import paint_bar
from .jobs_list_page import confirm_delete, download, elapsed, open_extra, open_folder
from .link import DeskLink
from .picture_view import PictureView
from .qt import Qt, QtGui, QtWidgets, Signal, quiet
from .theme import theme_of
from .widgets import GRID, ActionButton, Notice, Picture, Segment, Words, bold

STACKED = 880
STRIP_HEIGHT = 150
TOLD = (FrameState.DONE, FrameState.FAILED, FrameState.RENDERING, FrameState.WAITING, FrameState.ABANDONED)


class JobBar(QtWidgets.QWidget):
    """The job's bar on its page."""

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self._job: Job | None = None
        self.setFixedHeight(8)
        self.setMinimumWidth(80)

    def show_job(self, job: Job) -> None:
        """As it is now."""
        self._job = job
        self.update()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QtGui.QPainter(self)
        if self._job is not None:
            paint_bar(painter, self.rect(), self._job, theme_of(self))
        painter.end()


class JobPage(QtWidgets.QWidget):
    """Shows the job that it was opened on until it goes back to the list."""

    closed = Signal()

    def __init__(self, link: DeskLink, background: Background, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.link = link
        self.job: Job | None = None
        self.frames: dict[tuple[int, int], Frame] = {}
        self.part = 0
        self._can: Mapping[str, Sequence[Action]] = {}
        self._capabilities = Capabilities()
        self._asked_logs: set[tuple[int, int, int]] = set()
        self._picked_by_hand = False
        self._make_head()
        self.strip = FrameStrip()
        self.picture = PictureView(background)
        self.log = LogView(background)
        self.facts = FrameFacts()
        self.notice = Notice()
        self._lay_out()
        self.back.clicked.connect(self.closed)
        self.actions.asked.connect(self.ask)
        self.actions.folder_asked.connect(self.open_folder)
        self.actions.download_asked.connect(self.download)
        self.actions.extra_asked.connect(self.run_extra)
        self.strip.chosen.connect(self._frame_chosen)
        self.facts.retry_asked.connect(self.retry_frame)
        link.frames_changed.connect(self._frames_changed)

    def _make_head(self) -> None:
        self.back = ActionButton("back", "Jobs")
        self.name = Words("text").elide(Qt.TextElideMode.ElideMiddle)
        self.name.setFont(bold(self.font(), 1.5))
        self._mark = Picture("", "text", 14)
        self.state = Words("text")
        self.actions = ActionRow(named=False)
        self.bar = JobBar()
        self.counts = Words("text")
        self.counts.setFont(bold(self.font()))
        self.about = Words("faint")
        self.message = Words("text", wraps=True)
        self.message.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._parts_row = QtWidgets.QHBoxLayout()
        self._parts_row.setSpacing(0)
        self._parts_group = QtWidgets.QButtonGroup(self)
        self._part_names: tuple[str, ...] = ()
        self.part_line = Words("faint")

    def _lay_out(self) -> None:
        self._head = QtWidgets.QBoxLayout(QtWidgets.QBoxLayout.Direction.LeftToRight)
        self._head.setSpacing(GRID)
        title = QtWidgets.QHBoxLayout()
        title.setSpacing(GRID)
        for widget in (self.back, self.name, self._mark, self.state):
            title.addWidget(widget)
        title.addStretch(1)
        self._head.addLayout(title, 2)
        self._head.addWidget(self.actions, 3)
        second = QtWidgets.QHBoxLayout()
        second.setSpacing(16)
        second.addWidget(self.bar, 1)
        second.addWidget(self.counts)
        second.addWidget(self.about, 2)
        third = QtWidgets.QHBoxLayout()
        third.setSpacing(GRID)
        third.addLayout(self._parts_row)
        third.addWidget(self.part_line, 1)
        self._strip_scroll = QtWidgets.QScrollArea()
        self._strip_scroll.setWidgetResizable(True)
        self._strip_scroll.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self._strip_scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._strip_scroll.setWidget(self.strip)
        self.upper = QtWidgets.QSplitter(Qt.Orientation.Horizontal)
        self.upper.addWidget(self.picture)
        self.upper.addWidget(self.facts)
        self.upper.setStretchFactor(0, 3)
        self.upper.setStretchFactor(1, 1)
        self.upper.setSizes([640, 320])
        self.halves = QtWidgets.QSplitter(Qt.Orientation.Vertical)
        self.halves.addWidget(self.upper)
        self.halves.addWidget(self.log)
        for splitter in (self.upper, self.halves):
            splitter.setChildrenCollapsible(False)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(GRID, GRID, GRID, GRID)
        column.setSpacing(GRID)
        column.addLayout(self._head)
        column.addLayout(second)
        column.addWidget(self.message)
        column.addLayout(third)
        column.addWidget(self._strip_scroll)
        column.addWidget(self.halves, 1)
        column.addWidget(self.notice)

    # -- what the page above sets

    def enter(self, job: Job, can: Mapping[str, Sequence[Action]]) -> None:
        """Show this job, and ask for its frames."""
        if self.job is None or self.job.id != job.id:
            self.frames, self.part, self._picked_by_hand = {}, 0, False
            self.strip.set_frames([])
            self.strip.choose(-1)
            self._asked_logs.clear()
            self.notice.hide()
        self.show_job(job, can)
        self.link.watch_frames(job.id)
        self._show_part()

    def leave(self) -> None:
        """Back to the list: no more news of frames."""
        self.link.watch_frames("")
        self.job = None

    def show_job(self, job: Job, can: Mapping[str, Sequence[Action]]) -> None:
        """The job as it is now."""
        self.job, self._can = job, can
        self.name.say(job.name)
        role = job.state.value
        self._mark.show_icon(role, role)
        self.state.say(job.words, role)
        self.bar.show_job(job)
        waiting = max(0, job.left - job.rendering)
        parts = [f"{job.rendering:,} rendering"] * bool(job.rendering) + [f"{job.failed:,} failed"] * bool(job.failed)
        parts += [f"{waiting:,} waiting"] * bool(waiting and not job.state.ended)
        self.counts.say(" · ".join([f"{job.done:,} of {job.total:,} done", *parts]))
        about = [
            f"Elapsed {elapsed(job)}" if job.started else "",
            _cost(job),
            _fetched(job),
            job.software,
            job.farm_job,
        ]
        about.append(job.owner)
        self.about.say(" · ".join(text for text in about if text))
        self.message.say(job.message)
        self.message.setVisible(bool(job.message))
        self.actions.show_jobs([job], can)
        self._show_part_buttons(job)

    def show_more(self, capabilities: Capabilities | None) -> None:
        """What else its farm can do."""
        self._capabilities = capabilities or Capabilities()
        self.actions.show_more(capabilities)

    def gone(self) -> None:
        """Somebody deleted it."""
        self.leave()
        self.closed.emit()

    # -- parts

    def _show_part_buttons(self, job: Job) -> None:
        names = tuple(part.name for part in job.parts)
        if names == self._part_names:
            return
        self._part_names = names
        for button in self._parts_group.buttons():
            self._parts_group.removeButton(button)
            button.deleteLater()
        for number, name in enumerate(names if len(names) > 1 else ()):
            button = Segment(name)
            button.setChecked(number == self.part)
            button.clicked.connect(lambda *_, wanted=number: self.choose_part(wanted))
            self._parts_group.addButton(button, number)
            self._parts_row.addWidget(button)

    def choose_part(self, number: int) -> None:
        """Show that part's frames."""
        self.part = number
        button = self._parts_group.button(number)
        if button is not None:
            button.setChecked(True)
        self._picked_by_hand = False
        self._show_part()

    # -- frames

    def _frames_changed(self, news: FramesChanged) -> None:
        if self.job is None or news.job != self.job.id:
            return
        if news.whole:
            self.frames = {}
        self.frames.update({(frame.part, frame.number): frame for frame in news.frames})
        self._show_part()

    def part_frames(self) -> list[Frame]:
        """The shown part's frames, ascending."""
        return [self.frames[key] for key in sorted(self.frames) if key[0] == self.part]

    def _show_part(self) -> None:
        frames = self.part_frames()
        self.strip.set_frames(frames)
        self._strip_scroll.setFixedHeight(self._strip_height())
        states = [frame.state for frame in frames]
        said = [f"{states.count(state):,} {state.word.lower()}" for state in TOLD if state in states]
        self.part_line.say(f"{words.count(len(frames), 'frame')}: {', '.join(said)}" if frames else "")
        if not self._picked_by_hand and frames:
            self._choose_telling(frames)
        self._show_frame()

    def _choose_telling(self, frames: Sequence[Frame]) -> None:
        """Until somebody picks one: the first that failed, else the newest picture, else what renders."""
        failed = [frame for frame in frames if frame.state is FrameState.FAILED]
        done = [frame for frame in frames if frame.thumbnail]
        running = [frame for frame in frames if frame.state is FrameState.RENDERING]
        telling = (failed[:1] or done[-1:] or running[:1] or list(frames[:1]))[0]
        with quiet(self.strip):
            self.strip.choose(telling.number)

    def _frame_chosen(self, number: int) -> None:
        self._picked_by_hand = number >= 0
        self._show_frame()
        self._strip_scroll.ensureVisible(0, self.strip.cell(max(0, self.strip.place)).center().y())

    def current_frame(self) -> Frame | None:
        """The chosen frame."""
        return self.frames.get((self.part, self.strip.current))

    def _show_frame(self) -> None:
        frame = self.current_frame()
        frames = self.part_frames()
        self.picture.show_frame(frame, frames[0].number if frames else 1)
        self.log.show_frame(frame)
        self._ask_for_log(frame)
        part = self._part_names[self.part] if self.part < len(self._part_names) and len(self._part_names) > 1 else ""
        can = self.job is not None and Action.RETRY in self._can.get(self.job.farm, ())
        self.facts.show_frame(frame, part, can)

    def _ask_for_log(self, frame: Frame | None) -> None:
        """A farm elsewhere keeps its logs: fetch the chosen frame's, once for each attempt."""
        begun = frame is not None and frame.attempt > 0 and frame.state is not FrameState.WAITING
        if frame is None or self.job is None or frame.log or not begun or not self._capabilities.logs:
            return
        if not self._capabilities.download:
            return  # it writes its logs here by itself
        key = (frame.part, frame.number, frame.attempt)
        if key not in self._asked_logs:
            self._asked_logs.add(key)
            self.link.command(
                "frame.log", self.job.id, lambda values: None, self._no_log, part=frame.part, number=frame.number
            )
        self.log.line.say("Getting the log…", "faint")

    def _no_log(self, error: FarmdeckError) -> None:
        self.log.line.say(str(error), "error")

    # -- what is asked

    def download(self) -> None:
        """Fetch the finished pictures now."""
        if self.job is not None:
            download(self.link, self.job, self.notice)

    def run_extra(self, extra: Extra) -> None:
        """Something that the job's farm can do."""
        if self.job is not None:
            open_extra(self, self.link, self.job, extra)

    def ask(self, action: Action) -> None:
        """Send the action for this job; Delete asks first."""
        jobs = self.actions.able(action)
        if not jobs:
            return
        if action is Action.DELETE:
            confirm_delete(self, jobs, lambda: self.link.act([jobs[0].id], action, self._refused))
        else:
            self.link.act([jobs[0].id], action, self._refused)

    def retry_frame(self) -> None:
        """Render the chosen frame again."""
        frame = self.current_frame()
        if frame is not None and self.job is not None:
            pairs = [[frame.part, frame.number]]
            self.link.act([self.job.id], Action.RETRY, self._refused, frames=pairs)

    def open_folder(self) -> None:
        """Show the frames in the system's own file window."""
        if self.job is not None and self.job.output:
            open_folder(self.job.output)

    def _refused(self, error: FarmdeckError) -> None:
        self.notice.say(str(error), "error")

    # -- the size

    def _strip_height(self) -> int:
        width = max(100, self._strip_scroll.viewport().width())
        return int(min(STRIP_HEIGHT, self.strip.heightForWidth(width) + 2))

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < STACKED
        ways = QtWidgets.QBoxLayout.Direction
        self._head.setDirection(ways.TopToBottom if narrow else ways.LeftToRight)
        self.upper.setOrientation(Qt.Orientation.Vertical if self.width() < 520 else Qt.Orientation.Horizontal)
        self._strip_scroll.setFixedHeight(self._strip_height())


def _cost(job: Job) -> str:
    """`$26.07 of about $33.67`; "" where the farm does not count."""
    if job.cost is None:
        return ""
    spent = words.money(job.cost, job.currency)
    if job.estimate is None or job.state.ended:
        return spent
    return f"{spent} of about {words.money(job.estimate, job.currency)}"


def _fetched(job: Job) -> str:
    """`12 pictures here`; "" for a farm that writes them here itself."""
    return f"{words.count(job.downloaded, 'picture')} here" if job.downloaded else ""
