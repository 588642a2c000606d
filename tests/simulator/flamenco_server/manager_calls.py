"""The calls about managers and their workers."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from typing import Any

from .answers import Answer, Crash, NotFound, document, nothing
from .calls import Call, numbers_of
from .dispatch import dispatch
from .records import Manager

MANAGER = "port:int name:text total_workers:int has_virtual_workers:int"


def list_workers(call: Call) -> Answer:
    """By host name, from every manager that can be reached: two of one name are one."""
    return document({name: shown for manager in call.farm.managers.values() for name, shown in _workers(call, manager)})


def _workers(call: Call, manager: Manager) -> Iterable[tuple[str, dict[str, Any]]]:
    for place, worker in enumerate(manager.workers):
        shown: dict[str, Any] = {
            "id": worker.id,
            "hostname": worker.hostname,
            "status": worker.status,
            "connection": "online" if worker.online else "offline",
            "system": "Linux 3.13.0",
            "ip_address": "127.0.0.1",
            "port": 5000 + place,
        }
        if call.farm.dialect.worker_details:
            shown |= {"activity": None, "current_task": None, "log": None, "time_cost": None, "manager_id": manager.id}
        yield worker.hostname, shown


def change_workers(call: Call) -> Answer:
    """A: always a crash. Later: "worker;manager" pairs; B crashes at an address that has http:// twice."""
    sent = call.fields.parse("id:text status:text")
    if not call.farm.dialect.workers_change:
        raise Crash
    for pair in str(sent["id"]).split(","):
        worker, _, manager = pair.partition(";")
        (number,), (owner,) = numbers_of(worker), numbers_of(manager)
        found = call.farm.managers.get(owner)
        if found is None or not found.played:
            raise Crash
        for one in found.workers:
            if one.id == number:
                one.status = str(sent["status"])
    return nothing()


def show_worker(call: Call) -> Answer:
    """The server's own table of workers is never filled."""
    raise NotFound


def list_managers(call: Call) -> Answer:
    """By name: two of one name are one."""
    managers = call.farm.managers.values()
    return document({"null" if one.name is None else one.name: _shown(call.farm.dialect.name, one) for one in managers})


def _shown(dialect: str, manager: Manager) -> dict[str, Any]:
    """C and B show what should be kept secret."""
    shown: dict[str, Any] = {"id": manager.id, "name": manager.name, "ip_address": "127.0.0.1"}
    if dialect == "B":
        host = f"http://127.0.0.1:{manager.port}"
        return {**shown, "host": host, "connection": "online", "token": manager.token}
    if dialect == "C":
        return {**shown, "port": manager.port, "connection": "online", "uuid": manager.uuid}
    return {**shown, "port": manager.port, "connection": "online" if manager.played else "offline"}


def connect_manager(call: Call) -> Answer:
    """A manager announces itself: the same port is the same manager."""
    sent = call.fields.parse(MANAGER)
    farm = call.farm
    known = [one for one in farm.managers.values() if sent["port"] is not None and one.port == sent["port"]]
    made = known[0] if known else farm.add_manager(sent["name"], sent["port"], 0, played=False)
    if not known:
        made.virtual = sent["has_virtual_workers"]
        farm.commit()
    return document({"uuid": made.uuid})


def connect_with_token(call: Call) -> Answer:
    """B: a known token is exchanged for a new one, an unknown one refused, and without one a new manager is made."""
    sent = call.fields.parse(MANAGER + " token:text")
    farm = call.farm
    known = [one for one in farm.managers.values() if sent["token"] == one.token]
    if sent["token"] and not known:
        return document("", 404)
    made = known[0] if known else farm.add_manager(sent["name"], sent["port"], 0, played=False)
    made.token = uuid.uuid1().hex
    farm.commit()
    return document({"token": made.token})


def change_manager(call: Call) -> Answer:
    """A: how many workers it has now; ready tasks are handed out. An unknown one is a crash."""
    sent = call.fields.parse(MANAGER)
    manager = _by_uuid(call)
    manager.total_workers = sent["total_workers"]
    call.farm.commit()
    dispatch(call.farm)
    return document({"total_workers": manager.total_workers})


def _by_uuid(call: Call) -> Manager:
    for manager in call.farm.managers.values():
        if manager.uuid == call.rest:
            return manager
    raise Crash


def show_manager(call: Call) -> Answer:
    """C: by uuid, an unknown one is a crash; the settings are the manager's words."""
    return _details(_by_uuid(call), "uuid")


def show_numbered_manager(call: Call) -> Answer:
    """B: by number."""
    return _details(_by_number(call), "token")


def _details(manager: Manager, key: str) -> Answer:
    shown: dict[str, Any] = {"id": manager.id, "ip_address": "127.0.0.1", key: getattr(manager, key)}
    shown |= {"port": manager.port} if key == "uuid" else {"host": f"http://127.0.0.1:{manager.port}"}
    return document({**shown, "settings": json.dumps(manager.settings)} if manager.played else shown)


def _by_number(call: Call) -> Manager:
    if call.number not in call.farm.managers:
        raise NotFound
    return call.farm.managers[call.number]


def lost_change(call: Call) -> Answer:
    """C and B: the count of workers is no longer kept, and what hands out tasks is gone."""
    if call.number:
        _by_number(call)
    raise Crash


def list_manager_settings(call: Call) -> Answer:
    """Of every manager that can be reached."""
    managers = [one for one in call.farm.managers.values() if one.played and not one.virtual]
    return document({str(one.id): {**one.settings, "manager_name": one.name} for one in managers})


def change_manager_setting(call: Call) -> Answer:
    """C passes it on; B asks for a port that it no longer has."""
    manager = call.farm.managers.get(call.number)
    if manager is None or not manager.played or call.farm.dialect.users:
        raise Crash
    manager.settings[call.rest] = call.fields.parse("value:text")["value"]
    return document("")
