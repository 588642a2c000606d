"""Puts Farmdeck where each host's own convention wants it, takes it away again, and looks whether all is well."""

from .actions import AGENT_COMMAND, Installed, install, install_shared, uninstall, uninstall_shared
from .convention import Convention, Place
from .hosts import HOSTS
from .machine import Machine, System, this_machine
from .swap import Removed, Written
from .writing import InstallError

__all__ = [
    "AGENT_COMMAND",
    "HOSTS",
    "Convention",
    "InstallError",
    "Installed",
    "Machine",
    "Place",
    "Removed",
    "System",
    "Written",
    "install",
    "install_shared",
    "this_machine",
    "uninstall",
    "uninstall_shared",
]
