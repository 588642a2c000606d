"""The root command, and the one place where errors become words."""

from __future__ import annotations

import io
import os
import sys
import time
import traceback
from pathlib import Path

import click
from farmdeck import FarmdeckError, __version__
from farmdeck.places import store_folder

from . import (
    _account,
    _agent,
    _bundle,
    _doctor,
    _envs,
    _farm_extras,
    _farm_setup,
    _farms,
    _fetch,
    _install,
    _jobs,
    _log,
    _report,
    _scene,
    _show,
)

BUG = 70
"""Exit code of something that is our fault (sysexits.h, EX_SOFTWARE)."""


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="farmdeck")
def farmdeck() -> None:
    """Read a scene, submit it to a farm, follow the job until the frames are on disk."""


MODULES = (
    _scene,
    _jobs,
    _log,
    _fetch,
    _report,
    _farms,
    _farm_setup,
    _farm_extras,
    _envs,
    _account,
    _agent,
    _install,
    _bundle,
    _doctor,
)

for module in MODULES:
    for command in module.COMMANDS:
        farmdeck.add_command(command)


def main() -> int:
    """Run the command line; 0 done, 1 it could not be done, 2 the command was wrong, 70 a bug."""
    own = Path(sys.executable).with_name("farmdeck.exe" if sys.platform == "win32" else "farmdeck")
    if own.exists():  # whatever is started from here is this Farmdeck, not one that an older pointer file names
        os.environ.setdefault("FARMDECK_AGENT", str(own))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that cannot show a letter shows ?, and no error
            stream.reconfigure(errors="replace", encoding="utf-8" if sys.platform == "win32" else None)
    try:
        result = farmdeck.main(prog_name="farmdeck", standalone_mode=False)
    except FarmdeckError as exc:
        _show.complain(exc)
        return 1
    except click.ClickException as exc:
        exc.show()
        return exc.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Left. What was submitted goes on; look at it with `farmdeck jobs`.", err=True)
        return 130
    except BrokenPipeError:  # the reader of our pipe went away: no story in that
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception:  # noqa: BLE001 - the outermost edge: a bug keeps its traceback in a file
        click.echo(_told(traceback.format_exc()), err=True)
        return BUG
    return int(result or 0)


def _told(trace: str) -> str:
    """What to say of a mistake of ours; the traceback itself goes into a file."""
    try:
        path = store_folder() / "mistakes.log"
        with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} farmdeck {__version__} {sys.argv[1:]}\n{trace}\n")
    except (OSError, FarmdeckError):
        return f"{trace}farmdeck: This is a mistake in Farmdeck, not yours. Send the lines above to its makers."
    return f"farmdeck: This is a mistake in Farmdeck, not yours. Send {path} to its makers."
