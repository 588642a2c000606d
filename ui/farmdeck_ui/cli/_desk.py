"""The command line's way to the store and the agent."""

from __future__ import annotations

import time
from typing import Any

from farmdeck import FarmdeckError
from farmdeck._errors import AgentError, UnknownFarm
from farmdeck.launch import start_agent, start_complaint, wait_for_agent
from farmdeck.lock import agent_runs
from farmdeck.places import store_folder
from farmdeck.store import Answer, FarmInfo, Store

START_SECONDS = 20.0
ANSWER_SECONDS = 60.0
LOOK_SECONDS = 0.05


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


def ask(store: Store, kind: str, target: str = "", **arguments: Any) -> Answer:
    """Have the agent do it and wait for the answer. Raises FarmdeckError with the agent's own words."""
    command = store.send(kind, target, **arguments)
    see_to_agent(store)
    until = time.monotonic() + ANSWER_SECONDS
    while True:
        answer = store.answer(command)
        if answer.done:
            break
        if time.monotonic() > until:
            raise AgentError(
                f"The agent has not answered within {ANSWER_SECONDS:.0f} s.", "It goes on; look again later."
            )
        if not agent_runs(store.folder):
            see_to_agent(store)
        time.sleep(LOOK_SECONDS)
    if not answer.ok:
        raise FarmdeckError(answer.message, "")
    return answer


def farm_info(store: Store, name: str) -> FarmInfo:
    """The farm as the agent that runs now found it. Raises UnknownFarm, AgentError."""
    see_to_agent(store)
    until = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < until:
        agent = store.agent()
        rows = {farm.name: farm for farm in store.farms()}
        began = agent.started if agent else 0.0
        farm = rows.get(name)
        if farm is not None and (farm.checked or 0.0) >= began:
            return farm
        if rows and all((row.checked or 0.0) >= began for row in rows.values()):
            raise UnknownFarm(f'No farm is called "{name}".', f"Set up: {', '.join(rows)}. See `farmdeck farms add`.")
        time.sleep(LOOK_SECONDS)
    raise AgentError(f"The agent does not say what {name} can do.", "Run `farmdeck doctor`.")
