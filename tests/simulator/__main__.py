"""A simulated farm by hand: `python -m tests.simulator --farm renderbus --port 8000`."""

from __future__ import annotations

import argparse
import contextlib
import signal
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .flamenco import Manager
from .flamenco_server import FlamencoServer
from .renderbus import Renderbus

FARMS: dict[str, Any] = {
    "renderbus": Renderbus,
    "flamenco": lambda storage, port, tick, **_: Manager(storage, port=port, tick=tick),
    "flamenco_server": lambda storage, port, **_: FlamencoServer(storage, port=port),
}
"""Farm's name to what makes it: of (storage, port, **settings) a context manager with `url`."""

with contextlib.suppress(ImportError):
    from .fox import Fox

    FARMS["foxfarm"] = Fox


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a farm until it is interrupted."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulator", description=__doc__)
    parser.add_argument("--farm", choices=sorted(FARMS), default="renderbus")
    parser.add_argument("--port", type=int, default=0, help="0: any that is free")
    parser.add_argument("--storage", type=Path, help="a folder that stays (default: one that goes)")
    parser.add_argument("--blender", type=Path, help="renders .blend files with this program (renderbus)")
    parser.add_argument("--tick", type=float, default=1.0, help="seconds between steps")
    given = parser.parse_args(arguments)
    settings: dict[str, Any] = {"tick": given.tick, **({"blender": given.blender} if given.blender else {})}
    done = threading.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda *_: done.set())
    with contextlib.ExitStack() as stack:
        storage = given.storage or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="simulated-farm-")))
        farm = stack.enter_context(FARMS[given.farm](storage, given.port, **settings))
        print(f"url: {farm.url}")
        print(f"storage: {storage}")
        account = getattr(farm, "account", None)  # Flamenco has none
        if account is not None:
            print(f"access id: {getattr(account, 'access_id', None) or account.account}")
            print(f"access key: {account.access_key}")
        sys.stdout.flush()
        done.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
