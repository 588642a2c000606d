"""The command line's way to the store and the agent."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from farmdeck import FarmdeckError, Job, settings
from farmdeck._errors import AgentError, BadInput, FarmError
from farmdeck.launch import start_agent, start_complaint, wait_for_agent
from farmdeck.lock import agent_runs
from farmdeck.places import store_folder
from farmdeck.store import Answer, FarmInfo, Store

START_SECONDS = 20.0
ANSWER_SECONDS = 60.0
LOOK_SECONDS = 0.05
RELOAD_SECONDS = 2.0


def open_store() -> Store:
    """The user's store."""
    return Store.open(store_folder())


def see_to_agent(store: Store) -> None:
    """An agent runs when this returns. Raises AgentError."""
    for _ in range(2):  # one that was just ending may have held the lock
        start_agent(store.folder)
        if wait_for_agent(store.folder, START_SECONDS):
            return
    said = start_complaint(store.folder) or "it said nothing"
    raise AgentError(f"The agent does not start: {said}.", f"Look into {store.folder / 'agent.log'}.")


def ask(
    store: Store,
    kind: str,
    target: str = "",
    seconds: float = ANSWER_SECONDS,
    meanwhile: Callable[[], None] = lambda: None,
    **arguments: Any,
) -> Answer:
    """Have the agent do it and wait for the answer. Raises FarmdeckError with the agent's own words."""
    command = store.send(kind, target, **arguments)
    see_to_agent(store)
    until = time.monotonic() + seconds
    while True:
        answer = store.answer(command)
        if answer.done:
            break
        if time.monotonic() > until:
            raise AgentError(f"The agent has not answered within {seconds:.0f} s.", "It goes on; look again later.")
        if not agent_runs(store.folder):
            see_to_agent(store)
        meanwhile()
        time.sleep(LOOK_SECONDS)
    if not answer.ok:
        raise FarmdeckError(answer.message, "")
    return answer


def farm_info(store: Store, name: str) -> FarmInfo:
    """The farm as the agent that runs now found it. Raises UnknownFarm, AgentError, SettingsError."""
    settings.load().farm(name)
    see_to_agent(store)
    begun = time.monotonic()
    told = False
    while time.monotonic() < begun + ANSWER_SECONDS:
        since = _agent_since(store)
        farm = next((farm for farm in store.farms() if farm.name == name), None)
        if farm is not None and since is not None and (farm.checked or 0.0) >= since:
            return farm
        if since is None and not agent_runs(store.folder):  # it ended in the meantime
            see_to_agent(store)
        if farm is None and not told and time.monotonic() > begun + RELOAD_SECONDS:
            told = True  # the settings were edited by hand since the agent read them
            ask(store, "farms.reload")
        time.sleep(LOOK_SECONDS)
    raise AgentError(f"The agent does not say what {name} can do.", "Run `farmdeck doctor`.")


def checked_farm(store: Store, name: str) -> FarmInfo:
    """The farm, asked just now. Raises UnknownFarm, AgentError, SettingsError."""
    farm = farm_info(store, name)
    if not farm.document:  # it could not be made: there is nothing to ask
        return farm
    ask(store, "farm.check", name)
    return farm_info(store, name)


def usable_farm(store: Store, name: str) -> FarmInfo:
    """The farm. Raises FarmError when it cannot be used now."""
    farm = farm_info(store, name)
    if farm.problem:
        raise FarmError(farm.problem, "")
    return farm


def only_farm(name: str) -> str:
    """`name`, or for "" the one farm that is set up beside this machine. Raises BadInput."""
    others = [other for other in settings.load().farms if other != settings.LOCAL]
    if name:
        return name
    if len(others) != 1:
        known = f"There are: {', '.join(others)}." if others else "Set one up first: farmdeck farms add."
        raise BadInput("Which farm?" if others else "No farm is set up beside this machine.", f"{known}")
    return others[0]


def farm_elsewhere(store: Store, job: Job) -> FarmInfo | None:
    """The job's farm as it was last known, when it is not this machine."""
    return next((farm for farm in store.farms() if farm.name == job.farm != settings.LOCAL), None)


def look(store: Store, job: Job) -> None:
    """Have its frames asked for; when this returns, the list has them. Raises FarmdeckError."""
    for _ in range(2):  # the second answer comes after the look that the first one called for
        ask(store, "job.look", job.id)


def _agent_since(store: Store) -> float | None:
    """When the agent that runs now began; None while the row is still that of an earlier one."""
    import psutil

    agent = store.agent()
    return agent.started if agent and agent.state == "running" and psutil.pid_exists(agent.pid) else None
