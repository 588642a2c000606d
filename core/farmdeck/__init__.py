"""Farmdeck's core: nouns, scene readers, the store, farms and the agent.

What is exported here is promised; everything else may move.
"""

from ._errors import FarmdeckError
from ._version import __version__
from .job import Action, Frame, FrameState, Job, JobState, Part
from .scene import Asset, Plugin, Problem, RenderItem, Scene, Severity, Software
from .submission import Submission, prepare

__all__ = [
    "Action",
    "Asset",
    "FarmdeckError",
    "Frame",
    "FrameState",
    "Job",
    "JobState",
    "Part",
    "Plugin",
    "Problem",
    "RenderItem",
    "Scene",
    "Severity",
    "Software",
    "Submission",
    "__version__",
    "prepare",
]
