"""The store: one SQLite file, the only channel between the application side and the agent."""

from ._reports import QueuedReport, ReportState, ReportStore
from ._rows import AgentInfo, Answer, Command, FarmInfo
from ._schema import PROTOCOL
from ._store import STORE_NAME, AgentStore, Store

__all__ = [
    "PROTOCOL",
    "STORE_NAME",
    "AgentInfo",
    "AgentStore",
    "Answer",
    "Command",
    "FarmInfo",
    "QueuedReport",
    "ReportState",
    "ReportStore",
    "Store",
]
