"""`agent start|stop|status`, and `agent run`, which is the agent itself."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click
from farmdeck import FarmdeckError, __version__
from farmdeck._errors import AgentError, StoreError
from farmdeck.environments import version_key
from farmdeck.launch import wait_for_agent
from farmdeck.lock import LOCK_NAME, agent_runs
from farmdeck.places import store_folder
from farmdeck.store import PROTOCOL, Store

from . import _desk, _show

STOP_SECONDS = 30.0


@click.group()
def agent() -> None:
    """The process that does the work."""


@agent.command()
def start() -> None:
    """Start the agent; one of an older Farmdeck makes way."""
    with _desk.open_store() as store:
        info = store.agent()
        if agent_runs(store.folder) and info:
            if version_key(info.version) >= version_key(__version__):
                newer = "" if info.version == __version__ else f" (this Farmdeck is {__version__})"
                click.echo(f"Agent {info.version} runs already{newer}, process {info.pid}.")
                return
            click.echo(f"Agent {info.version} makes way for {__version__}.")
            _stop(store)
        _desk.see_to_agent(store)
        click.echo("The agent runs.")


@agent.command()
def stop() -> None:
    """Stop the agent; running frames are rendered again when it is back."""
    folder = store_folder()
    if not agent_runs(folder):
        click.echo("No agent runs.")
        return
    try:
        with _desk.open_store() as store:
            _stop(store)
    except StoreError as exc:  # it cannot be asked through a damaged job list
        _show.complain(exc)
        _end_by_signal(folder)
    click.echo("The agent is stopped. What is not done goes on when it is started again.")


def _end_by_signal(folder: Path) -> None:
    """Tell the process that holds the lock to end. Raises AgentError."""
    import psutil

    for process in psutil.process_iter():
        try:
            holds = any(file.path == str(folder / LOCK_NAME) for file in process.open_files())
        except psutil.Error:
            continue  # somebody else's
        if holds and process.pid != os.getpid():
            process.terminate()
    if not wait_for_agent(folder, STOP_SECONDS, runs=False):
        raise AgentError("The agent does not end.", "End the process `farmdeck agent run` by hand.")


def _stop(store: Store) -> None:
    store.send("agent.stop")
    if not wait_for_agent(store.folder, STOP_SECONDS, runs=False):
        info = store.agent()
        raise AgentError("The agent does not end.", f"End the process {info.pid if info else ''} by hand.")


@agent.command()
@_show.json_option
def status(as_json: bool) -> int:
    """Is an agent running? 0 when one is, 1 when not."""
    with _desk.open_store() as store:
        info = store.agent()
        runs = agent_runs(store.folder)
        if as_json:
            doc = {"running": runs, "store": str(store.path), "version": __version__, "protocol": PROTOCOL}
            _show.print_json({**doc, "agent": info if runs else None})
        elif runs and info:
            click.echo(f"Agent {info.version} runs as process {info.pid}; job list {store.path}")
        else:
            click.echo(f"No agent runs; the next submission starts one. Job list {store.path}")
    return 0 if runs else 1


@agent.command(hidden=True)
def run() -> int:
    """Be the agent, in the foreground."""
    from farmdeck.agent import run_agent

    folder = os.environ.get("FARMDECK_STORE")
    try:
        return run_agent(Path(folder) if folder else store_folder())
    except FarmdeckError as exc:  # whoever started it reads this line in agent-start.log
        click.echo(str(exc), err=True)
        sys.exit(1)


COMMANDS = (agent,)
