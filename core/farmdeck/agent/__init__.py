"""The agent: one process per user that owns everything slow or fragile."""

from ._agent import run_agent

__all__ = ["run_agent"]
