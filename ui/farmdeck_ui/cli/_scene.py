"""`inspect`, `submit`, `panel`: what begins with a scene."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from typing import Any

import click
from farmdeck import Scene, Severity, Submission, prepare, settings
from farmdeck._errors import BadInput, FarmError, SceneError
from farmdeck.documents import from_plain, to_plain
from farmdeck.environments import Fit, RenderEnv, match_environments
from farmdeck.farm import Option, check_options, unsuited
from farmdeck.frames import parse_frames
from farmdeck.job import JOB_TYPES, Accounting
from farmdeck.preflight import scene_problems, submission_problems
from farmdeck.scene import scene_document
from farmdeck.scenes import read_scene
from farmdeck.store import FarmInfo
from farmdeck.submission import choose_items, submission_document

from . import _desk, _show, _watch


def read_named(path: str) -> Scene:
    """The scene in the file; an error names the file. Raises SceneError, BadInput."""
    try:
        return read_scene(path)
    except SceneError as exc:
        name = os.path.basename(path)
        raise SceneError(exc.what if name in exc.what else f"{name}: {exc.what}", exc.fix) from exc


@click.command()
@click.argument("scene", type=click.Path())
@_show.json_option
def inspect(scene: str, as_json: bool) -> None:
    """Say what is in a scene file, and what is wrong with it."""
    found = read_named(scene)
    if as_json:
        doc = scene_document(found)
        doc["problems"] = to_plain(scene_problems(found))
        _show.print_json(doc)
        return
    _print_scene(found)


def _print_scene(scene: Scene) -> None:
    click.echo(f"{os.path.basename(scene.file)}  {scene.software.name} {scene.software.version}, {scene.fps:g} fps")
    rows = [
        [
            item.name if item.enabled else f"{item.name} (off)",
            ", ".join(item.cameras) or "–",
            item.frames,
            f"{item.width}×{item.height}",
            item.renderer,
            item.output,
        ]
        for item in scene.items
    ]
    _show.print_table(["Item", "Camera", "Frames", "Size", "Renderer", "Output"], rows)
    files = sum(len(asset.files) for asset in scene.assets)
    missing = sum(asset.missing and not asset.optional for asset in scene.assets)
    click.echo(f"{_show.count(files, 'file')}, {missing} missing; cameras: {', '.join(scene.cameras) or 'none'}")
    if scene.references:
        names = [row.path if row.loaded else f"{row.path} (not loaded)" for row in scene.references]
        click.echo(f"references: {', '.join(names)}")
    if scene.plugins:
        click.echo("plug-ins: " + ", ".join(f"{plugin.name} {plugin.version}".strip() for plugin in scene.plugins))
    _show.print_problems(scene_problems(scene))


@click.command()
@click.argument("scene", type=click.Path())
@click.option("--farm", default="local", show_default=True, help="One of `farmdeck farms list`.")
@click.option("--item", "items", multiple=True, help="What renders; again for more. Without: all that is switched on.")
@click.option("--frames", help="Such as 1-10, 1-100x5 or 3,7,9. Without: each item's own.")
@click.option("--camera", "cameras", multiple=True, help="Render through this camera; again for more.")
@click.option("--env", default="", help="One of `farmdeck envs list`. Without: the one that fits best.")
@click.option("--option", "options", multiple=True, metavar="K=V", help="An option of the farm's, such as chunk=5.")
@click.option("--output", default="", type=click.Path(), help="A folder in the place of the scene's own.")
@click.option("--name", default="", help="The job's name. Without: the scene's.")
@click.option("--priority", default=50, show_default=True, type=click.IntRange(0, 100))
@click.option("--project", default="")
@click.option("--job-type", type=click.Choice(JOB_TYPES), help="For reports to an accounting service.")
@click.option("--mission-id", default="", help="For reports. Without: the job's own id.")
@click.option("--mission-guid", default="", help="For reports.")
@click.option("--email", default="", help="For reports: whose job it is.")
@click.option("--hold", is_flag=True, help="Submit, and wait for `farmdeck start`.")
@click.option("--force", is_flag=True, help="Submit although there are errors, such as missing files.")
@click.option("--watch", is_flag=True, help="Follow the job until it ends.")
@click.option("--dry-run", is_flag=True, help="Print the submission instead of submitting it.")
@_show.json_option
def submit(scene: str, farm: str, as_json: bool, watch: bool, force: bool, dry_run: bool, **chosen: Any) -> int:
    """Submit a scene file to a farm."""
    found = read_named(scene)
    settings.load().farm(farm)  # a farm that is not set up is said before anything is started
    submission = _prepare(found, farm, force, chosen)
    if dry_run:
        _show.print_json(submission_document(submission))
        return 0
    with _desk.open_store() as store:
        _fits(found, _desk.farm_info(store, farm), submission, force)
        job = store.submit(submission)
        _desk.see_to_agent(store)
        if as_json and not watch:
            _show.print_json(
                {"id": job.id, "name": job.name, "farm": job.farm, "frames": job.total, "output": job.output}
            )
            return 0
        click.echo(f"Submitted {job.name} as {job.id}: {_show.count(job.total, 'frame')} on {farm}.", err=as_json)
        if not watch:
            click.echo(f"Frames go to {job.output}. Follow it with: farmdeck job {job.id} --watch")
            return 0
        return _watch.watch(store, job.id, as_json)


def _prepare(scene: Scene, farm: str, force: bool, chosen: dict[str, Any]) -> Submission:
    """The submission. Raises BadInput with every error at once."""
    if chosen["frames"] is None:
        chosen["frames"] = ""
    else:
        parse_frames(chosen["frames"])  # a range that was given and is empty is not "all of them"
    items = choose_items(scene, chosen["items"])
    problems = submission_problems(scene, items, chosen["frames"])
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    _show.print_problems(problems)
    if errors and not force:
        raise BadInput(
            f"{_show.count(len(errors), 'error')} held {os.path.basename(scene.file)} back.",
            "Mend the scene, or submit it as it is with --force.",
        )
    options = dict(option_pair(text) for text in chosen.pop("options"))
    job_type, mission, guid, email = (
        chosen.pop(name) or "" for name in ("job_type", "mission_id", "mission_guid", "email")
    )
    accounting = Accounting(job_type, mission, guid, email)
    return prepare(scene, farm=farm, options=options, accounting=accounting, **chosen)


def option_pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise BadInput(f'"{text}" is not an option.', "Write it as NAME=VALUE, such as chunk=5.")
    return name, value


def _fits(scene: Scene, farm: FarmInfo, submission: Submission, force: bool) -> None:
    """What the farm has against it, said before anything is submitted. Raises FarmError, BadInput."""
    if farm.problem:
        raise FarmError(farm.problem, "")
    capabilities = farm.document.get("capabilities", {})
    known = [from_plain(Option, option) for option in capabilities.get("options", ())]
    check_options(known, submission.options)
    _check_choices(known, submission)
    _check_environment(scene, farm, submission.env, force)
    if not capabilities.get("download") and not force:
        for folder in dict.fromkeys(os.path.dirname(part.output) for part in submission.parts):
            _check_output(folder)


def _check_choices(known: Sequence[Option], submission: Submission) -> None:
    """A choice that does not suit the scene. Raises BadInput with the farm's reason."""
    for option in known:
        if option.name in submission.options:
            choice = str(submission.options[option.name])
            reason = unsuited(option, submission).get(choice)
            if reason:
                raise BadInput(f"{option.name} cannot be {choice!r} here: {reason}", "Choose another one.")


def _check_environment(scene: Scene, farm: FarmInfo, env: str, force: bool) -> None:
    """The one that is named has to be there, or one that fits; which it is, is said. Raises BadInput."""
    envs = [from_plain(RenderEnv, doc) for doc in farm.document.get("environments", ())]
    if env and env not in {one.name for one in envs}:
        names = ", ".join(one.name for one in envs) or "none"
        raise BadInput(f'{farm.label} has no environment "{env}".', f"There is: {names}.")
    editable = farm.document.get("capabilities", {}).get("edit_environments")
    make = f"Make one that does: farmdeck envs create --like {os.path.basename(scene.file)} --farm {farm.name}"
    fix = make if editable else "Choose another environment, or another farm."
    if not envs and editable and not force:
        raise BadInput(f"{farm.name} has no environment that renders this scene.", fix)
    software = scene.software.name
    if farm.kind == "local" and not env and not force and software not in {one.software.name for one in envs}:
        raise BadInput(f"No {software} is found on this machine.", f"Install {software}, or choose another farm.")
    if envs:
        best = match_environments(scene, [one for one in envs if env in ("", one.name)])[0]
        if best.fit is Fit.NONE and not force:
            raise BadInput(f"{farm.name} cannot render this scene: {'; '.join(best.reasons)}.", fix)
        click.echo(f"environment: {best.env.name} ({'; '.join(best.reasons)})", err=True)


def _check_output(folder: str) -> None:
    """The farm writes there directly: it has to be possible. Raises BadInput."""
    try:
        os.makedirs(folder, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as exc:
        raise BadInput(
            f"The output folder {folder} cannot be written: {exc.strerror}.", "Choose another one with --output."
        ) from exc


@click.command()
@click.argument("scene", required=False, type=click.Path())
@click.option("--job", "job", default="", help="Open on this job.")
@click.option("--light", is_flag=True, help="Light colours, whatever the desktop has.")
def panel(scene: str, job: str, light: bool) -> int:
    """Open the window: submit a scene, follow the jobs."""
    from farmdeck_ui.panel import open_panel

    if scene and not os.path.exists(scene):
        raise BadInput(f"There is no file {scene}.", "Check its name.")
    return open_panel(os.path.abspath(scene) if scene else None, job=job, light=light)


COMMANDS = (inspect, submit, panel)
