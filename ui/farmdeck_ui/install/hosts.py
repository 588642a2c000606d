"""The hosts that Farmdeck can be put into, by their names on the command line."""

from __future__ import annotations

from .blender import Blender
from .convention import Convention
from .houdini import Houdini
from .max import Max
from .maya import Maya

HOSTS: dict[str, Convention] = {host.name: host for host in (Maya(), Houdini(), Max(), Blender())}
