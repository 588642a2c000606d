"""A simulated Flamenco 3 Manager for tests: real HTTP on this machine, written from the protocol's facts."""

from __future__ import annotations

from .faults import Fault
from .jobs import Job, Task
from .journal import Request
from .manager import Manager
from .variables import Variable
from .worker import Tag, Worker

__all__ = ["Fault", "Job", "Manager", "Request", "Tag", "Task", "Variable", "Worker"]
