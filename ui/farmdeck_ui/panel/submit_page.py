"""The Submit page: the scene's facts, the choices, the problems, Submit."""
# mypy: allow-subclassing-any

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from farmdeck import FarmdeckError, Problem, Scene, Severity
from farmdeck._errors import BadDocument
from farmdeck.documents import from_plain, to_plain
from farmdeck.environments import RenderEnv
from farmdeck.farm import Capabilities
from farmdeck.store import FarmInfo

from . import choices as chosen
from . import words
from .about import AboutSection
from .background import Background
from .browse import BrowseDialog
from .choices import Choices, Outcome
from .dry_run import DryRun
from .environment_field import EnvironmentSection
from .files import FileRow, FilesTab, look
from .footer import Footer
from .frames_field import EVERY_NTH, FIRST_MID_LAST, MISSING, FramesSection
from .header import SceneHeader
from .items_view import ItemsSection
from .kept import KeptChoices
from .link import DeskLink
from .options_form import OptionsSection
from .problems import ProblemsTab, counts
from .qt import Qt, QtCore, QtGui, QtWidgets, Signal
from .source import SceneSource
from .submit_flow import SubmitFlow
from .widgets import GRID, FlatTabs, Notice

OWN_FIXES = frozenset({"choose", "frames"})
NARROW = 520
SLOW_MS = 200
"""A reading that is done sooner is not announced: nothing flickers."""


class SubmitPage(QtWidgets.QWidget):
    """Reads through the source, checks on the background thread, submits through the link."""

    job_asked = Signal(str)

    def __init__(
        self, source: SceneSource, link: DeskLink, background: Background, parent: QtWidgets.QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.source, self.link, self.background = source, link, background
        self.scene: Scene | None = None
        self.outcome = Outcome()
        self._capabilities = Capabilities()
        self._envs: tuple[RenderEnv, ...] = ()
        self._made = ""
        """The environment that was made from this scene: chosen as soon as the farm's list has it."""
        self._checking = True
        self._stale = False
        """The scene changed while the page was hidden."""
        self.kept = KeptChoices(self)
        self.flow = SubmitFlow(self)
        self._make_parts()
        self._lay_out()
        self._connect()
        source.watch(self._scene_changed, lambda: chosen.choices_text(self.choices))

    def _make_parts(self) -> None:
        self.header = SceneHeader()
        self.items = ItemsSection()
        self.environment = EnvironmentSection()
        self.environment.hide()
        self.frames = FramesSection()
        self.options = OptionsSection()
        self.options.hide()
        self.about = AboutSection()
        self.notice = Notice()
        self.problems = ProblemsTab()
        self.files = FilesTab()
        self.tabs = FlatTabs()
        self.tabs.addTab("Problems")
        self.tabs.addTab("Files")
        self.footer = Footer()
        self._check_timer = QtCore.QTimer(self)
        self._check_timer.setSingleShot(True)
        self._check_timer.setInterval(0)
        self._slow_timer = QtCore.QTimer(self)
        self._slow_timer.setSingleShot(True)
        self._slow_timer.setInterval(SLOW_MS)

    def _lay_out(self) -> None:
        form = QtWidgets.QWidget()
        self._form = QtWidgets.QWidget()
        self._form.hide()  # until there is a scene to choose from
        column = QtWidgets.QVBoxLayout(self._form)
        column.setContentsMargins(GRID, GRID, GRID, GRID)
        column.setSpacing(GRID)
        for part in (self.items, self.environment, self.frames, self.options, self.about):
            column.addWidget(part)
        outer = QtWidgets.QVBoxLayout(form)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._form)
        outer.addStretch(1)
        scroll = QtWidgets.QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(form)
        below = QtWidgets.QWidget()
        under = QtWidgets.QVBoxLayout(below)
        under.setContentsMargins(0, 0, 0, 0)
        under.setSpacing(0)
        self._stack = QtWidgets.QStackedWidget()
        self._stack.addWidget(self.problems)
        self._stack.addWidget(self.files)
        under.addWidget(self.tabs)
        under.addWidget(self._stack, 1)
        self.splitter = QtWidgets.QSplitter(Qt.Orientation.Vertical)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(scroll)
        self.splitter.addWidget(below)
        self.splitter.setStretchFactor(0, 3)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setSizes([600, 190])
        whole = QtWidgets.QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        head = QtWidgets.QVBoxLayout()
        head.setContentsMargins(GRID, GRID, GRID, 0)
        head.addWidget(self.header)
        whole.addLayout(head)
        whole.addWidget(self.splitter, 1)
        whole.addWidget(self.notice)
        whole.addWidget(self.footer)

    def _connect(self) -> None:
        self.tabs.currentChanged.connect(self._stack.setCurrentIndex)
        self._check_timer.timeout.connect(self._check)
        self._slow_timer.timeout.connect(lambda: self.header.show_reading(self.source.name))
        self.header.refresh_asked.connect(self.refresh)
        self.header.stop_asked.connect(self.source.stop)
        self.header.farm_changed.connect(self._farm_changed)
        for section in (self.items, self.frames, self.environment, self.options):
            section.changed.connect(self._check_timer.start)
        self.frames.asked.connect(self._find_frames)
        self.options.browse.connect(self._browse)
        self.problems.list.fix_asked.connect(self._fix)
        self.problems.list.picked.connect(self._picked)
        self.footer.submit_asked.connect(self.submit)
        self.footer.error_asked.connect(self.go_to_first_error)
        self.footer.dry_run_asked.connect(self.dry_run)
        self.environment.make_asked.connect(self._make_environment)
        self.notice.acted.connect(lambda: self.job_asked.emit(self.flow.submitted))
        self.link.farms_changed.connect(self._farms_changed)

    def _browse(self, option: str) -> None:
        """Pick the option's file at the farm."""
        field = self.options.field(option)
        self._browser = BrowseDialog(self.link, self.header.farm.name, field.line.setText, self)
        self._browser.open()

    # -- the scene

    def refresh(self) -> None:
        """Read the scene again; what is shown stays until the answer comes."""
        self._stale = False
        if self.scene is None:
            self.header.show_reading(self.source.name)
        else:
            self._slow_timer.start()
        self.source.read(self._scene_read, self._scene_failed, self._scene_step)

    def _scene_changed(self) -> None:
        """The host says so; what nobody looks at is read when somebody does."""
        if self.isVisible():
            self.refresh()
        else:
            self._stale = True

    def showEvent(self, event: QtGui.QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self.refresh()

    def _scene_step(self, done: float, total: float) -> None:
        if not self._slow_timer.isActive():
            self.header.show_reading(self.source.name, done, total)

    def _scene_read(self, scene: Scene) -> None:
        self._slow_timer.stop()
        first = self.scene is None
        another = self.scene is None or self.scene.file != scene.file
        self.scene = scene
        self._form.show()
        self.header.show_scene(scene)
        self.items.set_scene(scene)
        saving = self.flow.scene_read()
        if another and not saving:
            self._put_choices_back()
        self._match()
        self._check()
        self.background.run(lambda: look(scene.assets), self._files_looked_at, key="files")
        if first and self.isVisible():
            self.items.tree.setFocus(Qt.FocusReason.OtherFocusReason)

    def _put_choices_back(self) -> None:
        """What was chosen when this scene was saved."""
        text = self.source.load_choices()
        if text:
            try:
                self.kept.put_back(chosen.choices_from_text(text))
            except BadDocument as exc:
                self.notice.say(str(exc), "warning")

    def _scene_failed(self, error: FarmdeckError) -> None:
        """The last good scene stays; without one, the reason stands among the problems."""
        self._slow_timer.stop()
        self.flow.gave_up()
        if self.scene is not None:
            self.header.show_scene(self.scene)
            self.notice.say(str(error), "error")
            return
        self.header.show_none(self.source.name)
        self._show_outcome(Outcome(problems=(Problem(Severity.ERROR, str(error), words.path_name(self.source.name)),)))

    def _files_looked_at(self, rows: list[FileRow]) -> None:
        self.files.show_rows(rows)
        gone = sum(row.missed for row in rows)
        self.tabs.set_badge(1, str(len(rows)), [("error", "error", f"{gone} missing")] if gone else [])

    # -- the farm

    def _farms_changed(self, farms: Sequence[FarmInfo]) -> None:
        self.header.set_farms(farms)
        self.kept.farms_came()

    def _farm_changed(self) -> None:
        farm = self.header.farm
        self._capabilities, self._envs = read_farm(farm)
        self.options.show_capabilities(self._capabilities, farm.kind, farm.label or farm.name)
        self._match()
        self.kept.farm_chosen()
        self._check_timer.start()

    def _match(self) -> None:
        self.environment.setVisible(self._capabilities.environments)
        if self.scene is not None and self._capabilities.environments:
            self.environment.show_matches(self.scene, self._envs, self._capabilities.edit_environments)
            if self._made and self.environment.choose(self._made):
                self._made = ""

    def _make_environment(self) -> None:
        """Ask the farm what it has that is nearest to the scene, make that, and choose it."""
        scene, farm = self.scene, self.header.farm.name
        if scene is None:
            return
        needs = {"software": to_plain(scene.software), "plugins": to_plain(scene.plugins)}
        self.environment.make.setEnabled(False)
        self.link.command("env.like", farm, lambda found: self._add_environment(farm, found), self._not_made, **needs)

    def _add_environment(self, farm: str, found: Mapping[str, Any]) -> None:
        name, notes = str(found["environment"]["name"]), [str(note) for note in found["notes"]]

        def made(values: object) -> None:
            self.environment.make.setEnabled(True)
            self._made = name
            self._match()
            self.notice.say(" ".join([f"{name} is made.", *notes]), "warning" if notes else "good")

        self.link.command("env.add", farm, made, self._not_made, environment=found["environment"])

    def _not_made(self, error: FarmdeckError) -> None:
        self.environment.make.setEnabled(True)
        self._say_error(error)

    # -- the check

    @property
    def choices(self) -> Choices:
        """The form as it stands."""
        return Choices(
            farm=self.header.farm.name,
            items=self.items.model.checked,
            cameras=self.items.cameras.checked,
            frames=self.frames.frames,
            env=self.environment.env if self._capabilities.environments else "",
            options=self.options.values,
            output=self.items.folder,
            project=self.about.project.text().strip(),
            notes=self.about.notes.text().strip(),
            **self.options.standard,
        )

    def check_soon(self) -> None:
        """Weigh the scene and the choices, once whatever changes them has had its turn."""
        self._check_timer.start()

    def _check(self) -> None:
        scene, choices = self.scene, self.choices
        if scene is not None:
            self._checking = True
            self.background.run(
                lambda: chosen.weigh(scene, choices), self._show_outcome, self._check_failed, key="check"
            )

    def _check_failed(self, error: FarmdeckError) -> None:
        self._checking = False
        self._say_error(error)

    @property
    def settled(self) -> bool:
        """Does what shows belong to what is chosen?"""
        return not self._checking and not self._check_timer.isActive()

    def _show_outcome(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self._checking = False
        scene = self.scene
        problems = [*outcome.problems, *self._farm_problems()]
        errors = [problem for problem in problems if problem.severity is Severity.ERROR]
        if scene is not None:
            self.items.show_outcome(outcome)
            self.frames.show_outcome(outcome, scene.frames)
        self.problems.show_problems(problems, OWN_FIXES | self.source.fixes, self._looked_at())
        self.tabs.set_badge(0, "", counts(problems))
        self.footer.show_errors(errors, ready=scene is not None and bool(outcome.parts))
        self._say_footer(len(errors))
        self.flow.checked(bool(errors))

    def _looked_at(self) -> str:
        """`214 files and 1 layer`."""
        if self.scene is None:
            return ""
        noun = words.item_nouns([item.kind for item in self.scene.items])[0]
        files = words.count(len(self.scene.assets), "file")
        return f"{files} and {words.count(len(self.items.model.checked), noun)}"

    def _farm_problems(self) -> list[Problem]:
        """What the farm and the environment have against it."""
        found = []
        farm, match = self.header.farm, self.environment.match
        if farm.problem:
            found.append(Problem(Severity.WARNING, farm.problem, farm.label or farm.name))
        if self.scene is not None:
            for name, reason in self.options.show_scene(self.scene).items():
                found.append(Problem(Severity.ERROR, f"{reason} Choose another one.", name))
        if self.scene is not None and self._capabilities.environments:
            if match is None or match.fit.value == "none":
                sentence = f"{farm.label or farm.name} has nothing that renders {self.scene.software.name} scenes."
                way = "Make an environment" if self._capabilities.edit_environments else "Install it"
                found.append(Problem(Severity.ERROR, f"{sentence} {way}, or choose another farm.", "Environment"))
        return found

    def _say_footer(self, errors: int) -> None:
        outcome = self.outcome
        frames = words.count(outcome.frames, "frame")
        parts = words.count(len(outcome.parts), "part")
        if errors:
            self.footer.line.say(
                f"{words.count(errors, 'error')} hold{'s' if errors == 1 else ''} Submit back", "error"
            )
            self.footer.second.say(f"{frames} in {parts}" if outcome.parts else "")
            return
        self.footer.line.say(f"{frames} in {parts}" if outcome.parts else "Nothing to submit yet", "text")
        farm = self.header.farm
        self.footer.second.say(f"on {(farm.label or farm.name).lower() if farm.kind == 'local' else farm.label}")

    def _find_frames(self, mode: int) -> None:
        """What a frames button stands for, found on the background thread."""
        scene, choices, step = self.scene, self.choices, self.frames.step.value()
        if scene is None:
            return
        items = chosen.chosen_items(scene, choices.items)

        def find() -> str:
            if mode == FIRST_MID_LAST:
                return chosen.first_mid_last(items)
            if mode == EVERY_NTH:
                return chosen.every_nth(items, step)
            return chosen.find_missing(scene, choices)

        assert mode in (FIRST_MID_LAST, EVERY_NTH, MISSING)
        self.background.run(find, lambda text: self.frames.fill(mode, text), self._say_error, key="frames")

    # -- submitting

    def submit(self) -> None:
        """As if the button were pressed."""
        self.flow.submit()

    @property
    def held(self) -> bool:
        """Is there nothing to submit, or do errors speak against it? Then the first of them is shown."""
        held = self.scene is None or self.footer.held
        if held:
            self.go_to_first_error()
        return held

    def dry_run(self) -> None:
        """Show what would be sent."""
        scene, choices = self.scene, self.choices
        if scene is not None and self.footer.dry_run.isEnabled():
            self.background.run(lambda: choices.prepare(scene), self._show_dry_run, self._say_error, key="dry run")

    def _show_dry_run(self, submission: Any) -> None:
        self.dialog = DryRun(submission, self)
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, True)
        self.dialog.open()

    def _say_error(self, error: FarmdeckError) -> None:
        self.notice.say(str(error), "error")

    # -- the problems

    def go_to_first_error(self) -> None:
        """Errors stand first in the list."""
        if self.problems.model.rowCount():
            self.tabs.setCurrentIndex(0)
            self.problems.list.setFocus(Qt.FocusReason.OtherFocusReason)
            self.problems.list.go_to(0)

    def _picked(self, problem: Problem) -> None:
        row = self.items.model.row_of(problem.subject)
        if row >= 0:
            self.items.tree.setCurrentIndex(self.items.model.index(row, 0))
        elif problem.subject:
            self.source.select(problem.subject)

    def _fix(self, problem: Problem) -> None:
        if problem.fix == "frames":
            self.frames.fold(False)
            self.frames.edit.setFocus(Qt.FocusReason.OtherFocusReason)
            self.frames.edit.selectAll()
        elif problem.fix == "choose":
            self.items.fold(False)
            self.items.tree.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            try:
                self.source.fix(problem)
            except FarmdeckError as exc:
                self._say_error(exc)
                return
            self.refresh()

    # -- the size

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = self.width() < NARROW or self.fontMetrics().height() > 30
        self.frames.set_narrow(narrow)
        self.options.set_narrow(narrow)


def read_farm(farm: FarmInfo) -> tuple[Capabilities, tuple[RenderEnv, ...]]:
    """What the agent wrote about the farm; of a newer agent's document, nothing."""
    try:
        capabilities = from_plain(Capabilities, farm.document.get("capabilities", {}))
        envs = tuple(from_plain(RenderEnv, env) for env in farm.document.get("environments", ()))
    except BadDocument:
        return Capabilities(), ()
    return capabilities, envs
