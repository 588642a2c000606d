"""What can be asked of the chosen jobs: only what all of their farms can do. No Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from farmdeck import Action, Job, JobState

from . import words

ORDER = (Action.STOP, Action.START, Action.RETRY, Action.ABANDON, Action.DELETE)
NAMES = {
    Action.STOP: "Stop",
    Action.START: "Start",
    Action.RETRY: "Retry",
    Action.ABANDON: "Abandon",
    Action.DELETE: "Delete",
}
ICONS = {
    Action.STOP: "stop",
    Action.START: "start",
    Action.RETRY: "retry",
    Action.ABANDON: "abandoned",
    Action.DELETE: "close",
}
_RUNS = frozenset({JobState.QUEUED, JobState.UPLOADING, JobState.WAITING, JobState.RENDERING})
_WAITS = frozenset({JobState.PAUSED, JobState.STOPPED})


def offered(jobs: Sequence[Job], can: Mapping[str, Sequence[Action]]) -> list[Action]:
    """The actions that every chosen job's farm has; a farm that is not known any more can be tidied up after."""
    return [action for action in ORDER if all(action in can.get(job.farm, (Action.DELETE,)) for job in jobs)]


def takes(job: Job, action: Action) -> bool:
    """Does it make sense as the job stands?"""
    if action is Action.STOP:
        return job.state in _RUNS
    if action is Action.START:
        return job.state in _WAITS
    if action is Action.RETRY:
        return job.failed > 0 or job.state in (JobState.FAILED, JobState.PARTLY_DONE)
    if action is Action.ABANDON:
        return job.done < job.total and job.state is not JobState.FAILED
    return True


def label(jobs: Sequence[Job], action: Action) -> str:
    """`Retry 2 failed`; of several jobs, how many it is for."""
    able = [job for job in jobs if takes(job, action)]
    if action is Action.RETRY:
        failed = sum(job.failed for job in able)
        return f"Retry {failed:,} failed" if failed else "Retry"
    if len(jobs) > 1 and able and len(able) < len(jobs):
        return f"{NAMES[action]} ({len(able)} of {len(jobs)})"
    return NAMES[action]


def why_not(action: Action) -> str:
    """What a grey button's tooltip says."""
    return {
        Action.STOP: "Nothing runs or waits here.",
        Action.START: "Only stopped and paused jobs can start.",
        Action.RETRY: "No frame failed.",
        Action.ABANDON: "Every frame is done.",
    }.get(action, "")


def target(jobs: Sequence[Job]) -> str:
    """What the row of buttons acts on."""
    if len(jobs) == 1:
        return jobs[0].name
    return words.count(len(jobs), "job")


def delete_question(jobs: Sequence[Job]) -> tuple[str, str]:
    """(question, what becomes of the rest)."""
    what = f"Delete {jobs[0].name}?" if len(jobs) == 1 else f"Delete {words.count(len(jobs), 'job')} from the list?"
    live = sum(not job.state.ended for job in jobs)
    left = sum(job.left for job in jobs if not job.state.ended)
    stops = f"{words.count(live, 'job')} not finished: {words.count(left, 'frame')} will not render. " if live else ""
    return what, f"{stops}Finished frames stay on disk."
