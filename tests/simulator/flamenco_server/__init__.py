"""An earlier Flamenco Server (2014 to 2016) for tests, in the dialects A, A', C and B, over real HTTP."""

from __future__ import annotations

from .faults import Fault
from .records import Job, Manager, Project, Request, Task, Worker
from .server import FlamencoServer

__all__ = ["Fault", "FlamencoServer", "Job", "Manager", "Project", "Request", "Task", "Worker"]
