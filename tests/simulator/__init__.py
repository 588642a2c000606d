"""Simulated farms for tests, and for trying things by hand: `python -m tests.simulator --help`."""

from __future__ import annotations

from .accounts import Account, Environment
from .codes import CODES
from .faults import Fault
from .frames import Frame
from .journal import Request
from .renderbus import Renderbus
from .settings import Settings
from .tasks import STATUSES, Task

__all__ = ["CODES", "STATUSES", "Account", "Environment", "Fault", "Frame", "Renderbus", "Request", "Settings", "Task"]
