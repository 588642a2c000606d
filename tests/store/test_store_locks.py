"""Two connections in one process keep their locks, so that another process which leaves takes nothing with it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from farmdeck.store import STORE_NAME, AgentStore, Store

VISIT = """
import sys
from pathlib import Path
from farmdeck.store import Store
with Store.open(Path(sys.argv[1])) as store:
    print(store.send("agent.stop"))
"""


def test_the_log_stays_while_somebody_has_it_open(tmp_path: Path) -> None:
    with AgentStore.open(tmp_path) as agent, Store.open(tmp_path):
        log = (tmp_path / f"{STORE_NAME}-wal").stat().st_ino
        done = subprocess.run([sys.executable, "-c", VISIT, str(tmp_path)], capture_output=True, text=True, check=True)
        assert (tmp_path / f"{STORE_NAME}-wal").stat().st_ino == log
        assert [command.id for command in agent.take_commands()] == [int(done.stdout)]
