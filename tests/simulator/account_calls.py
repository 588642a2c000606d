"""Calls about the account, its projects and its transfers."""

from __future__ import annotations

from typing import Any

from . import software
from .call import Call, text_of
from .codes import Refusal


def platforms(call: Call) -> Any:
    if call.farm.settings.strict_zone and call.get("zone") != call.account.zone:
        raise Refusal(608)
    keys = ("platform", "name") if call.dialect == "v3" else tuple(software.PLATFORMS[0])
    return [{key: item[key] for key in keys} for item in software.PLATFORMS]


def profile(call: Call) -> Any:
    call.farm.note_login(call.account)
    return call.account.profile()


def preferences(call: Call) -> Any:
    return call.account.preferences(call.dialect)


def update_preferences(call: Call) -> None:
    """Seconds; the 2018 protocol has hours."""
    seconds = call.get("taskOverTimeSec")
    hours = call.get("taskOverTime")
    if seconds is None and hours is None:
        raise Refusal(601, "taskOverTime" if call.dialect == "v3" else "taskOverTimeSec")
    value = seconds if seconds is not None else hours * 3600
    if value < 0:
        raise Refusal(600, "taskOverTime")
    call.account.task_over_time_sec = value


def bids(call: Call) -> Any:
    account = call.account
    found: dict[str, Any] = {
        "config_bid": account.config_bid,
        "output_bid": account.output_bid,
        "input_bid": account.input_bid,
    }
    if call.dialect == "v3":
        return found
    subs = [one for one in call.farm.accounts.values() if one.main is account]
    return {
        **found,
        "parent_input_bid": account.main.input_bid if account.main is not None else None,
        "sub_user_output_bids": [{"userId": str(one.user_id), "outputBid": one.output_bid} for one in subs],
    }


def transfer_config(call: Call) -> Any:
    account, settings = call.account, call.farm.settings
    subs = [one for one in call.farm.accounts.values() if one.main is account]

    def engine(name: str, port: str, default: int, accounts: Any) -> dict[str, Any]:
        line = {"name": f"{name}_main", "server": settings.transfer_server, "port": port, "isDefault": 1}
        return {
            "resqEngineAccounts": accounts,
            "respTaskEngineLines": [{**line, "lineId": 121 + default, "type": 0}],
            "engineName": name,
            "automaticCheck": 0,
            "checkServer": settings.transfer_server,
            "checkPort": port,
            "checkEnable": "0",
            "checkExcludType": "",
            "isDefault": default,
        }

    known = (account.input_bid, account.output_bid, account.config_bid)
    accounts = [{"bid": bid, "name": bid, "password": f"password-of-{bid}-EXAMPLE"} for bid in known]
    return {
        "inputBid": account.input_bid,
        "outputBid": account.output_bid,
        "configBid": account.config_bid,
        "parentInputBid": account.main.input_bid if account.main is not None else None,
        "resqEngines": [
            engine("Aspera", settings.aspera_port, 1, accounts),
            engine("RaysyncProxy", settings.raysync_port, 0, None),
        ],
        "subUserOutputBids": [{"userId": str(one.user_id), "outputBid": one.output_bid} for one in subs],
    }


def transfer_server(call: Call) -> Any:
    host = call.farm.settings.transfer_server
    return {
        "clientVersion": "3.2.8.2",
        "protocolVersion": "3.2.8.2",
        "raysyncTransfer": {
            "serverIp": host,
            "serverPort": 2121,
            "proxyIp": host,
            "proxyPort": int(call.farm.settings.raysync_port),
            "sslPort": 2443,
            "port": 2442,
        },
    }


def raysync_key(call: Call) -> Any:
    account = call.account
    return {
        "channel": 2,
        "platform": account.platform,
        "signature": "rayvision2017",
        "version": "1.0.0",
        "userKey": f"{account.user_id:032x}",
        "id": account.user_id,
        "userName": account.user_name,
        "zone": account.zone,
        "phone": "",
        "email": "",
        "loginTime": call.farm.now_ms(),
        "infoStatus": 0,
        "accountType": 1 if account.main is None else 2,
        "shareMainCapital": int(account.share_main_capital),
        "subDeleteTask": int(account.sub_delete_task),
        "subDeleteCapital": 0,
        "useMainBalance": int(account.use_main_balance),
        "downloadDisable": int(account.download_disable),
        "raySyncUserKey": account.raysync_key,
    }


def task_record(call: Call) -> Any:
    return _records(call, call.farm.records, "createTime")


def login_record(call: Call) -> Any:
    return _records(call, call.farm.logins, "loginTime")


def _records(call: Call, records: list[dict[str, Any]], key: str) -> Any:
    first, last = call.get("startDate", ""), call.get("endDate", "")
    mine = [
        {**record, key: text_of(record[key])}
        for record in reversed(records)
        if record["userId"] == call.account.user_id
        and (not first or text_of(record[key]) >= first)
        and (not last or text_of(record[key]) <= (last if len(last) > 10 else f"{last} 23:59:59"))
    ]
    shown, around = call.page(mine)
    return {**around, "items": shown}


def pack_nodes(call: Call) -> Any:
    return [{"packNodeId": 1, "packName": "monthly-28C"}]


def add_project(call: Call) -> None:
    name = call.get("newName")
    if name in call.account.projects:
        raise Refusal(100, f"{name} exists")
    taken = [number for one in call.farm.accounts.values() for number in one.projects.values()]
    call.account.projects[name] = max(taken, default=3670) + 1


def delete_project(call: Call) -> None:
    if call.account.projects.pop(call.get("delName"), None) is None:
        raise Refusal(404, call.get("delName"))


def operate_project(call: Call) -> Any:
    """In no document: type 1 adds `newName`, 2 deletes `delName`, 0 lists. Source: rayvision_api 2.2.0."""
    kind = call.get("type")
    if kind not in (0, 1, 2):
        raise Refusal(600, "type")
    if kind and not call.get("newName" if kind == 1 else "delName"):
        raise Refusal(601, "newName" if kind == 1 else "delName")
    return {0: projects, 1: add_project, 2: delete_project}[kind](call)


def projects(call: Call) -> Any:
    """flag 0: its own; 1: the main account's, too; 2: all below the same main account."""
    flag = call.get("flag", 0)
    if flag not in (0, 1, 2):
        raise Refusal(600, "flag")
    head = call.account.main or call.account
    family = [one for one in call.farm.accounts.values() if one is head or one.main is head]
    shown = {0: [call.account], 1: [call.account, head], 2: family}[flag]
    found = {number: name for one in shown for name, number in one.projects.items()}
    return {"projectNameList": [{"projectId": number, "projectName": name} for number, name in found.items()]}
