"""`Fox`: the class of the 2016 Python API under its own method names, for scripts that use it.

    from farmdeck.farms.foxfarm import Fox

    fox = Fox(render_server="www5.renderbus.com", account="XXX", access_key="XXX",
              aspera_server="app5.renderbus.com", aspera_password="XXX")
    fox.upload(path_list=[r"v:\\project\\shot\\lgt.ma"])
    task = fox.submit_task(project_name="XXX", input_scene_path=r"v:\\project\\shot\\lgt.ma", frames="1-10[1]")
    fox.download(task_id=task, local_path=r"v:\\project\\output")

Sources: Fox Python API page (2016), its later releases of 2017. Where a call fails, it raises with a remedy; the
original printed and returned -1, False or [].
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Union

from ..._errors import BadInput, FarmError, UnknownJob
from .api import Api, Item
from .ascp import Ascp, Ran, Transmitter, program
from .errors import BadAccess
from .frames import check_frames
from .models import User, read_task, read_user
from .paths import remote_folder, scene_path

Ids = Union[int, str, Sequence[Union[int, str]]]
"""One task, several, or a text such as "1,2"."""

MISSING = -1
"""upload()'s code for a path that is not there."""


class Fox:
    """Logs in when it is made: raises BadAccess when the account or its key is not good.

    With `aspera_server` and `aspera_password` files travel with `ascp`; without, on the lines that the account names
    (2017). `ascp`, `transmitter`: the programs; looked for on PATH when they are not given.
    """

    def __init__(
        self,
        render_server: str,
        account: str,
        access_key: str,
        aspera_server: str = "",
        aspera_password: str = "",
        language: str = "en",
        *,
        version: str = "v1",
        ascp: str = "ascp",
        transmitter: str = "rayvision_transmitter",
    ) -> None:
        self.api = Api(render_server, account, access_key, version=version, language=language)
        self._aspera = (aspera_server, aspera_password)
        self._programs = (ascp, transmitter)
        self._user = self.login()

    def __repr__(self) -> str:
        return f"Fox({self.api.url!r}, {self.api.account!r})"

    def close(self) -> None:
        """Let go of the connections."""
        self.api.close()

    def login(self) -> User:
        """The account as the farm knows it. Raises BadAccess."""
        found = self.get_users()
        if not found:
            raise BadAccess(
                f"The account {self.api.account} or its access key is not valid.",
                "Check both; the farm's support gives access keys.",
            )
        self._user = read_user(found[0])
        return self._user

    @property
    def account_id(self) -> str:
        """The account's number."""
        return self._user.id

    # -- asking

    def get_users(self, has_child_account: int = 0) -> list[Item]:
        """The account; with `has_child_account`, those below it too."""
        return self.api.query_customer(login_name=None if has_child_account else self.api.account)

    def get_projects(self, project_name: str | None = None) -> list[Item]:
        """Every project, or the one of that name; [] when there is none."""
        return self.api.query_project(project_name=project_name or None)

    def get_tasks(
        self,
        task_id: int | str | None = None,
        project_name: str | None = None,
        has_frames: int = 0,
        task_filter: Mapping[str, Any] | None = None,
    ) -> list[Item]:
        """Tasks as the farm lists them, `jobs` in each with `has_frames`; [] when there is none.

        `task_filter`: any of query_task's fields, `{"project_name": "XXX", "task_status": "System_Done"}`.
        """
        filters: dict[str, Any] = {
            "project_name": project_name or None,
            "task_id": str(task_id) if task_id else None,
            "is_jobs_included": "1" if has_frames else None,
        }
        return self.api.query_task(**{**filters, **(task_filter or {})})

    def get_project_plugins_config(self, project_name: str) -> list[Item]:
        """The project's configurations. Raises BadInput when there is no such project."""
        return [item for item in self._project(project_name).get("plugins") or () if item]

    def get_plugins_available(self, **filters: Any) -> tuple[bool, list[Item]]:
        """(True, [{cg_soft_name, plugin_name}]). `cg_soft_name`, `plugin_name` narrow it down."""
        return True, self.api.query_plugin(**filters)

    # -- submitting

    def submit_task(self, **task_info: Any) -> int:
        """Submit a Maya scene that is uploaded; the task's number.

        Needs project_name, input_scene_path (as it is called here) and frames ("1-10[1]"); every further field goes
        along: render_layer, camera, … The project's default configuration says the software and plug-ins. Raises
        BadInput, BadFrames, Refused; after NoAnswer the farm may have the task: look before you submit it again.
        """
        for name in ("project_name", "input_scene_path", "frames"):
            if not task_info.get(name):
                raise BadInput(f"submit_task lacks {name}.", f"Give {name}=….")
        check_frames(str(task_info["frames"]))
        config = self._default_config(str(task_info["project_name"]))
        fields = {
            **task_info,
            "input_scene_path": scene_path(str(task_info["input_scene_path"])),
            "submit_account": self.api.account,
            "cg_soft_name": config.get("cg_soft_name"),
        }
        if config.get("plugin_name"):
            fields["plugin_name"] = config["plugin_name"]
        return submitted(self.api.create_task(**fields))

    def _default_config(self, project_name: str) -> Item:
        configs = self.get_project_plugins_config(project_name)
        if not configs:
            raise BadInput(
                f"The project {project_name} has no plug-in settings.", "Choose its software on the farm's pages."
            )
        default = [item for item in configs if item.get("is_default") == "1"] or configs
        if len(configs) > 1 and len(default) == len(configs):
            raise BadInput(
                f"None of the settings of the project {project_name} is its default.", "Choose one as its default."
            )
        return default[0]

    def _project(self, name: str) -> Item:
        found = self.get_projects(name) if name else []
        if not found:
            raise BadInput(f'There is no project "{name}".', "Make it on the farm's pages, or with create_project.")
        return found[0]

    # -- what is there already

    def stop_tasks(self, task_id: Ids) -> bool:
        """True when they are stopped. Only tasks that run can be stopped."""
        return self._operate(task_id, "0")

    def restart_tasks(self, task_id: Ids, restart_type: int | str = "0") -> bool:
        """Render again: "0" failed, "1" abandoned, "2" finished, "3" started, "4" waiting frames."""
        if str(restart_type) not in ("0", "1", "2", "3", "4"):
            raise BadInput(f"restart_type is {restart_type!r}.", 'Give "0", "1", "2", "3" or "4".')
        return self._operate(task_id, "1", restart_type=str(restart_type))

    def delete_tasks(self, task_id: Ids) -> bool:
        """True when they are gone. Only tasks that are stopped can be deleted."""
        return self._operate(task_id, "2")

    def _operate(self, task_id: Ids, order: str, **fields: Any) -> bool:
        self.api.operate_task(task_id=join_ids(task_id), operate_order=order, **fields)
        return True

    # -- projects

    def create_project(self, project_name: str, **fields: Any) -> tuple[bool, int]:
        """(True, its number). `project_path`, `render_os` "Windows" or "Linux", `remark`, `sub_account`."""
        made = self.api.create_project(project_name=project_name, **fields)
        return True, int(made["project_id"])

    def add_project_config(
        self, project_id: int | str, cg_soft_name: str, plugin_name: str | None = None, is_default: int = 0, **more: Any
    ) -> bool:
        """Give a project one more configuration."""
        fields = {"cg_soft_name": cg_soft_name, "plugin_name": plugin_name or None, "is_default": is_default, **more}
        self.api.operate_project(project_id=project_id, operate_type="0", **fields)
        return True

    def modify_project_config(
        self,
        project_id: int | str,
        config_id: int | str,
        cg_soft_name: str,
        plugin_name: str | None = None,
        is_default: int | None = None,
        **more: Any,
    ) -> bool:
        """Change one configuration."""
        fields = {"cg_soft_name": cg_soft_name, "plugin_name": plugin_name, "is_default": is_default, **more}
        self.api.operate_project(project_id=project_id, operate_type="1", config_id=config_id, **fields)
        return True

    def delete_project_config(self, project_id: int | str, config_id: int | str | None = None, **more: Any) -> bool:
        """Take one configuration away; without `config_id`, all of them."""
        self.api.operate_project(project_id=project_id, operate_type="2", config_id=config_id or None, **more)
        return True

    # -- files

    def upload(
        self, path_list: Iterable[str], skip_same: int = 1, user: str | None = None, password: str | None = None
    ) -> dict[str, int]:
        """Bring files and folders up; {path: the program's exit code, or -1 where there is no such path}.

        The same existing file is skipped; `skip_same=0` sends it again (ascp only).
        """
        if isinstance(path_list, str):
            raise BadInput("path_list is one text.", "Give a list, even of one path.")
        return {
            path: self._upload(path, bool(skip_same), user, password) if os.path.exists(path) else MISSING
            for path in dict.fromkeys(path_list)
        }

    def _upload(self, path: str, skip_same: bool, user: str | None, password: str | None) -> int:
        local, folder = os.path.abspath(path), remote_folder(os.path.abspath(path))
        by = self._carrier(password)
        if isinstance(by, Ascp):
            return by.upload([local], folder, user or f"{self.account_id}_upload", skip_same=skip_same).code
        return by.upload([local], folder, user or self._user.upload_id).code

    def download(
        self,
        task_id: int | str,
        local_path: str,
        skip_same: int = 1,
        user: str | None = None,
        password: str | None = None,
    ) -> int:
        """Bring everything a task rendered into a folder; the program's exit code. Raises UnknownJob."""
        found = self.get_tasks(task_id)
        if not found:
            raise UnknownJob(f"The farm has no task {task_id}.", "See get_tasks() for those that it has.")
        remote = read_task({**found[0], "task_id": task_id}).folder
        return self._download(remote, os.path.abspath(local_path), bool(skip_same), user, password).code

    def _download(self, remote: str, local: str, skip_same: bool, user: str | None, password: str | None) -> Ran:
        by = self._carrier(password)
        if isinstance(by, Ascp):
            return by.download(remote, local, user or f"{self.account_id}_download", skip_same=skip_same)
        return by.download(remote, local, user or self._user.download_id)

    def _carrier(self, password: str | None) -> Ascp | Transmitter:
        server, own = self._aspera
        ascp, transmitter = self._programs
        if server:
            return Ascp(program(ascp), server, password or own)
        if not self._user.transports:
            raise FarmError(
                f"The account {self.api.account} has no line for files.", "Give aspera_server and aspera_password."
            )
        return Transmitter(program(transmitter), self._user.transports[0], self.account_id)


def join_ids(task_id: Ids) -> str:
    """`"1,2"`; one id in a list is that id (the original sent "[1]"). Raises BadInput for none."""
    ids = [task_id] if isinstance(task_id, (int, str)) else list(task_id)
    text = ",".join(str(each).strip() for each in ids)
    if not text.strip(","):
        raise BadInput("No task is named.", "Give its number.")
    return text


def submitted(data: Sequence[Item]) -> int:
    """The number of the task that a create call made. Raises FarmError when it made none."""
    first = data[0] if data else {}
    if str(first.get("submit_result", "0")) != "0" or not str(first.get("task_id", "")).isdigit():
        raise FarmError("The farm took the scene and made no task of it.", "Check that the scene is uploaded.")
    return int(first["task_id"])
