"""How long a job takes, as dialects A', C and B work it out: whole seconds, as Python 2 divides them."""

from __future__ import annotations

import json
from typing import Any

from .records import Task


def times(tasks: list[Task], *, done: str, running: str, averages: bool, at_work: bool) -> dict[str, Any]:
    """Of tasks whose statuses are called `done` and `running`; `at_work`: the job itself is running."""
    total = sum(task.time_cost or 0 for task in tasks)
    ended = [task for task in tasks if task.status == done]
    now = [task for task in tasks if task.status == running]
    average = sum(task.time_cost or 0 for task in ended) // len(ended) if ended and averages else None
    remaining = average * len(tasks) - total if average is not None and at_work else None
    return {
        "total_time": total,
        "average_time": average,
        "remaining_time": remaining // len(now) if remaining and now else remaining,
        "job_time": total // len(now) if now else 0,
        "activity": f"Rendering: {_rendering(now)}." if at_work else "",
    }


def _rendering(tasks: list[Task]) -> str:
    text = ""
    for task in tasks:
        activity = json.loads(task.activity) if task.activity else {}
        if activity.get("current_frame"):
            text += f" {activity['current_frame']}"
            if activity.get("remaining"):
                text += f" ({activity['remaining']}sec)"
    return text
