# SPDX-License-Identifier: GPL-3.0-or-later
"""The one door to Farmdeck's core.

In an installed add-on the core is our own sub-package `_vendor.farmdeck` (with fileseq in it, and
all imports made relative by the installer). It has a private name below ours, so sys.path is never touched, lazy
imports inside the core keep working, and another add-on's `farmdeck` or `fileseq` is neither used nor hidden.
In a checkout there is no `_vendor` and the core is imported by its own name.
"""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

BUNDLED = importlib.util.find_spec("._vendor", __package__) is not None

if TYPE_CHECKING or not BUNDLED:
    from farmdeck import __version__
    from farmdeck._errors import AgentError, BadInput, FarmdeckError
    from farmdeck.desk import Desk, Done, FarmsChanged, FramesChanged, JobsChanged, News
    from farmdeck.documents import from_plain, to_plain
    from farmdeck.environments import Fit, Match, RenderEnv, match_environments
    from farmdeck.farm import Capabilities, Option, asked
    from farmdeck.frames import format_frames, parse_frames, range_text
    from farmdeck.job import Action, Frame, FrameState, Job, JobState
    from farmdeck.launch import clean_environment, find_agent, start_agent
    from farmdeck.parts import make_parts
    from farmdeck.preflight import submission_problems
    from farmdeck.scene import Asset, Plugin, Problem, RenderItem, Scene, Severity, Software, scene_document
    from farmdeck.scenes._disk import Disk
    from farmdeck.scenes._found import Found
    from farmdeck.scenes.blend._assets import tile_pattern, tile_text
    from farmdeck.scenes.blend._disk import resolve
    from farmdeck.store import FarmInfo, Store
    from farmdeck.submission import Submission, choose_cameras, choose_items, prepare
else:
    from ._vendor.farmdeck import __version__
    from ._vendor.farmdeck._errors import AgentError, BadInput, FarmdeckError
    from ._vendor.farmdeck.desk import Desk, Done, FarmsChanged, FramesChanged, JobsChanged, News
    from ._vendor.farmdeck.documents import from_plain, to_plain
    from ._vendor.farmdeck.environments import Fit, Match, RenderEnv, match_environments
    from ._vendor.farmdeck.farm import Capabilities, Option, asked
    from ._vendor.farmdeck.frames import format_frames, parse_frames, range_text
    from ._vendor.farmdeck.job import Action, Frame, FrameState, Job, JobState
    from ._vendor.farmdeck.launch import clean_environment, find_agent, start_agent
    from ._vendor.farmdeck.parts import make_parts
    from ._vendor.farmdeck.preflight import submission_problems
    from ._vendor.farmdeck.scene import (
        Asset,
        Plugin,
        Problem,
        RenderItem,
        Scene,
        Severity,
        Software,
        scene_document,
    )
    from ._vendor.farmdeck.scenes._disk import Disk
    from ._vendor.farmdeck.scenes._found import Found
    from ._vendor.farmdeck.scenes.blend._assets import tile_pattern, tile_text
    from ._vendor.farmdeck.scenes.blend._disk import resolve
    from ._vendor.farmdeck.store import FarmInfo, Store
    from ._vendor.farmdeck.submission import Submission, choose_cameras, choose_items, prepare

__all__ = [
    "Action",
    "AgentError",
    "Asset",
    "BadInput",
    "Capabilities",
    "Desk",
    "Disk",
    "Done",
    "FarmInfo",
    "FarmdeckError",
    "FarmsChanged",
    "Fit",
    "Found",
    "Frame",
    "FrameState",
    "FramesChanged",
    "Job",
    "JobState",
    "JobsChanged",
    "Match",
    "News",
    "Option",
    "asked",
    "Plugin",
    "Problem",
    "RenderEnv",
    "RenderItem",
    "Scene",
    "Severity",
    "Software",
    "Store",
    "Submission",
    "__version__",
    "choose_cameras",
    "choose_items",
    "clean_environment",
    "find_agent",
    "format_frames",
    "from_plain",
    "make_parts",
    "match_environments",
    "parse_frames",
    "prepare",
    "range_text",
    "resolve",
    "scene_document",
    "start_agent",
    "submission_problems",
    "tile_pattern",
    "tile_text",
    "to_plain",
]
