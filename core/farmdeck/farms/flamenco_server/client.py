"""Every call of a Flamenco Server, in all four dialects.

Replies to writes are not trusted: their status and name are often wrong, so who wants to know asks again. Calls that
a server of that time does not have raise NoSuchCall.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..._errors import BadInput, FarmError
from ...farm import Entry, Watch
from .browsing import inside, read_entry
from .connection import Connection, writing
from .dialects import DIALECTS, Dialect, detect
from .errors import NoSuchCall, OtherDialect, Refused
from .models import (
    SETTINGS,
    SYSTEMS,
    Manager,
    Project,
    ServerJob,
    ServerTask,
    Worker,
    read_job,
    read_jobs,
    read_managers,
    read_project,
    read_projects,
    read_settings,
    read_task,
    read_tasks,
    read_workers,
    text,
    whole,
)

ALL_COMMANDS = ("start", "stop", "reset", "respawn", "archive")


class Client:
    """One server; any number of threads may use it at once."""

    def __init__(self, url: str, remembered: Path) -> None:
        """Cheap: no network. `remembered`: a file that keeps the dialect. Raises BadInput."""
        self._connection = Connection(url)
        self._remembered = remembered
        self._lock = threading.Lock()
        self._dialect = DIALECTS.get(_first_line(remembered))

    @property
    def url(self) -> str:
        return self._connection.url

    @property
    def known(self) -> Dialect | None:
        """The dialect as far as it is known without asking."""
        return self._dialect

    @property
    def dialect(self) -> Dialect:
        """Found out at the first call. Raises NoAnswer."""
        return self._dialect or self.look_again()

    def look_again(self) -> Dialect:
        """Find the dialect out anew, and remember it. Raises NoAnswer, FarmError when it cannot be written down."""
        found = detect(self._connection)
        with self._lock:
            if found is not self._dialect:
                with writing(self._remembered):
                    self._remembered.write_text(found.name + "\n")
            self._dialect = found
        return found

    def close(self) -> None:
        self._connection.close()

    # -- projects

    def projects(self) -> list[Project]:
        """All of them; whether one is the active one only `project` says. `GET /projects`"""
        return read_projects(self._get("/projects"))

    def project(self, id: int) -> Project:
        """`GET /projects/ID`. Raises NotThere."""
        return read_project(self._get(f"/projects/{id}"))

    def add_project(self, fields: Mapping[str, object]) -> Project:
        """`name`, `path_*`, `render_path_*`, `is_active`. `POST /projects`"""
        return read_project(self._send("POST", "/projects", fields))

    def change_project(self, id: int, changes: Mapping[str, object]) -> Project:
        """The server empties every path that is not sent, so all go, as they are there now. `PUT /projects/ID`"""
        now = self.project(id)
        fields: dict[str, object] = {"name": now.name, "is_active": now.active}
        fields.update({f"path_{system}": now.paths.get(system, "") for system in SYSTEMS})
        fields.update({f"render_path_{system}": now.renders.get(system, "") for system in SYSTEMS})
        self._send("PUT", f"/projects/{id}", {**fields, **changes})
        return self.project(id)

    def delete_project(self, id: int) -> None:
        """With all of its jobs. `DELETE /projects/ID`"""
        self._send("DELETE", f"/projects/{id}")

    # -- managers and workers

    def managers(self) -> list[Manager]:
        """Keyed by name there: of two with one name the server shows one. `GET /managers`"""
        return read_managers(self._get("/managers"))

    def connect_manager(self, name: str, port: int, virtual: bool = False, token: str = "") -> str:
        """Announce a manager at this machine's address; its uuid or token. `POST /managers`

        From summer 2015 on every call without a known token makes a new manager.
        """
        fields = {"name": name, "port": port, "has_virtual_workers": int(virtual), "token": token or None}
        came = self._send("POST", "/managers", fields)
        return text(came.get("uuid") or came.get("token")) if isinstance(came, dict) else ""

    def manager(self, id: int) -> Manager:
        """`GET /managers/ID`: only the last servers have it. Raises Refused."""
        found = self._get(f"/managers/{id}")
        return next(iter(read_managers({"": found})))

    def set_total_workers(self, manager: str, count: int) -> int:
        """`manager`: its uuid; its id with the last servers. Works in January 2015 only. `PATCH /managers/UUID`"""
        came = self._send("PATCH", f"/managers/{manager}", {"total_workers": count})
        return whole(came.get("total_workers")) if isinstance(came, dict) else 0

    def workers(self) -> list[Worker]:
        """Of every manager that answers the server now. `GET /workers`"""
        return read_workers(self._get("/workers"))

    def worker(self, id: int) -> Worker:
        """`GET /workers/ID`: no server ever answered it with anything but 404. Raises NotThere."""
        return next(iter(read_workers({"": self._get(f"/workers/{id}")})))

    def set_workers(self, workers: Sequence[Worker], status: str) -> None:
        """`enabled` or `disabled`. January 2015 fails always. `POST /workers`"""
        pairs = [f"{each.id};{each.manager}" if self.dialect.zipped else str(each.id) for each in workers]
        self._send("POST", "/workers", {"id": ",".join(pairs), "status": status})

    # -- settings

    def settings(self) -> dict[str, str]:
        """`GET /settings`"""
        return read_settings(self._get("/settings"))

    def change_settings(self, changes: Mapping[str, str]) -> dict[str, str]:
        """As they are then. All seven go, since the server empties those that do not. `POST /settings`"""
        strange = [name for name in changes if name not in SETTINGS]
        if strange:
            raise BadInput(f"The server has no setting {strange[0]}.", f"It has: {', '.join(SETTINGS)}.")
        before = self.settings()
        self._send("POST", "/settings", {name: changes.get(name, before.get(name, "")) for name in SETTINGS})
        return self.settings()

    def render_settings(self) -> list[str]:
        """Names of scripts on the server; until March 2015. `GET /settings/render`"""
        came = self._get("/settings/render")
        names = came.get("settings_files") if isinstance(came, dict) else None
        return sorted(text(name) for name in names) if isinstance(names, list) else []

    def manager_settings(self) -> dict[str, dict[str, str]]:
        """By manager; from March 2015 on. `GET /settings/managers`"""
        came = self._get("/settings/managers")
        found = came.items() if isinstance(came, dict) else ()
        return {key: {n: text(v) for n, v in each.items()} for key, each in found if isinstance(each, dict)}

    def set_manager_setting(self, manager: int, name: str, value: str) -> None:
        """`POST /settings/managers/ID/NAME`"""
        if not name or "/" in name or name in (".", ".."):
            raise BadInput(f'"{name}" is no name of a setting.', "See the managers' settings.")
        self._send("POST", f"/settings/managers/{manager}/{name}", {"value": value})

    # -- files

    def browse(self, path: str) -> list[Entry]:
        """Folders and .blend files in a folder of the active project; "" is its root. `GET /browse/PATH`

        The server would walk out of the project: a path that does is refused here, an answer that does is dropped.
        Raises BadInput, NotThere.
        """
        checked = inside(path)
        came = self._get(f"/browse/{checked}" if checked else "/browse")
        rows = came.get("items_list") if isinstance(came, dict) else None
        found = [read_entry(checked, row) for row in rows] if isinstance(rows, list) else []
        return sorted({entry for entry in found if entry is not None}, key=lambda entry: (not entry.folder, entry.path))

    # -- jobs

    def jobs(self) -> list[ServerJob]:
        """All of them, archived ones too. `GET /jobs`. Raises Crashed while a broken job is there."""
        found = {job.id: job for job in read_jobs(self._get("/jobs"))}
        if self.dialect.zipped:
            found |= {job.id: job for job in read_jobs(self._get("/jobs", status="archived"))}
        return sorted(found.values(), key=lambda job: job.id)

    def job(self, id: int) -> ServerJob:
        """`GET /jobs/ID`. From A' on a job that is not there is a Crashed, as a broken one is. Raises NotThere."""
        return read_job(self._get(f"/jobs/{id}"), id)

    def peek(self, id: int) -> ServerJob:
        """A job that may be broken, by an edit of nothing. Raises NotThere. `PUT /jobs/ID`"""
        return read_job(self._send("PUT", f"/jobs/{id}"), id)

    def create_job(self, fields: Mapping[str, object], jobfile: Path | None = None) -> int:
        """The new job's id; 0 where the answer does not say it. `POST /jobs`"""
        if jobfile is None:
            return read_job(self._send("POST", "/jobs", fields)).id
        with writing(jobfile), open(jobfile, "rb") as file:
            files = {"jobfile": ("jobfile.zip", file, "application/zip")}
            return read_job(self._connection.send("POST", "/jobs", fields, files=files)).id

    def command(self, id: int, command: str) -> None:
        """start, stop, reset (which does nothing in this form), archive. `PUT /jobs/ID`

        Raises Refused for what the server does not know: it answers 200 with a hollow job.
        """
        came = self._send("PUT", f"/jobs/{id}", {"command": command})
        if isinstance(came, dict) and "id" in came and not whole(came["id"]):
            raise Refused(f'The server does not know the command "{command}".', "Use start or stop.", 400)

    def edit_job(self, id: int, fields: Mapping[str, object]) -> ServerJob:
        """Empty and zero values are ignored there; as the job is then. `PUT /jobs/ID`"""
        self._send("PUT", f"/jobs/{id}", fields)
        return self.job(id)

    def batch(self, ids: Sequence[int], command: str) -> None:
        """The only form that really resets. `PUT /jobs`

        Its answer says the same whatever happened. The first servers call the command `status`.
        """
        if command not in ALL_COMMANDS:
            raise BadInput(f'No server has a command "{command}".', f"Give one of: {', '.join(ALL_COMMANDS)}.")
        self._send("PUT", "/jobs", {"id": _list(ids), "command": command, "status": command})

    def delete_job(self, id: int) -> None:
        """Answers 204 and deletes nothing, in every dialect; `delete_jobs` does. `DELETE /jobs/ID`"""
        self._send("DELETE", f"/jobs/{id}")

    def delete_jobs(self, ids: Sequence[int]) -> None:
        """With tasks and, in the first servers, pictures. It stops at the first unknown one. `POST /jobs/delete`"""
        self._send("POST", "/jobs/delete", {"id": _list(ids)})

    # -- a job's files, from March 2015 on

    def send_job_file(self, id: int, file: Path) -> None:
        """The zip with the scene, as it is. `POST /jobs/file/ID`. Raises FarmError when it did not come over whole."""
        with writing(file), open(file, "rb") as body:
            self._connection.send("POST", f"/jobs/file/{id}", body=body)
            size = file.stat().st_size
        there = self._connection.size(f"/jobs/file/{id}")
        if there not in (size, -1):
            raise FarmError(f"The server has {there} bytes of the {size} of job {id}'s files.", "Press Retry.")

    def job_file(self, id: int, target: Path, watch: Watch) -> None:
        """`GET /jobs/file/ID`"""
        self._connection.fetch(f"/jobs/file/{id}", target, watch)

    def pictures(self, id: int, target: Path, watch: Watch) -> None:
        """A zip of everything that is finished, flat. `GET /jobs/file/output/ID`"""
        self._connection.fetch(f"/jobs/file/output/{id}", target, watch)

    def thumbnail(self, id: int, target: Path, size: str = "") -> None:
        """The last picture, small (`s`, `m`, `l`), or a placeholder; id 0: of all jobs. `GET /jobs/thumbnails/ID`"""
        self._connection.fetch(f"/jobs/thumbnails/{id}{size}", target, Watch())

    def send_thumbnail(self, task: int, picture: Path) -> None:
        """As workers do. `POST /jobs/thumbnails`"""
        with writing(picture), open(picture, "rb") as file:
            files = {"file": (picture.name, file, "image/png")}
            self._connection.send("POST", "/jobs/thumbnails", {"task_id": task}, files=files)

    # -- tasks

    def tasks(self, job: int = 0) -> list[ServerTask]:
        """Of one job, or of all (0). The first servers always tell all. `GET /tasks`"""
        if self.dialect.zipped:
            return read_tasks(self._get("/tasks", job_id=job or None), job)
        return [task for task in read_tasks(self._get("/tasks")) if not job or task.job == job]

    def task(self, id: int) -> ServerTask:
        """`GET /tasks/ID`, from March 2015 on. Raises NotThere."""
        return read_task(self._get(f"/tasks/{id}"), id)

    def task_log(self, id: int) -> str:
        """ "" while there is none. `GET /tasks/ID`"""
        came = self._get(f"/tasks/{id}")
        return text(came.get("log")) if isinstance(came, dict) else ""

    def update_task(self, id: int, fields: Mapping[str, object]) -> None:
        """As managers do: `status`, and later `log`, `activity`, `time_cost`, `frames`. `id` has to be in the body.

        January 2015 heeds `finished` and `failed` only, of running tasks only, and answers 204 to everything.
        """
        sent = {"id": id, **fields}
        if not self.dialect.zipped:
            self._send("POST", "/tasks", sent)
        else:
            self._send("PUT" if self.dialect.task_status else "POST", f"/tasks/{id}", sent)

    def set_task_status(self, id: int, status: str) -> None:
        """Whatever it is now; the last servers only. `PUT /tasks/ID/status`"""
        self._send("PUT", f"/tasks/{id}/status", {"status": status})

    # -- inside

    def _get(self, path: str, **query: object) -> Any:
        return self._send("GET", path, query=query)

    def _send(
        self, method: str, path: str, fields: Mapping[str, object] | None = None, query: Mapping[str, object] = {}
    ) -> Any:
        before = self._dialect
        try:
            return self._connection.send(method, path, fields, query=query)
        except NoSuchCall as exc:
            if before is None or self.look_again() is before:
                raise
            raise OtherDialect(
                f"The server at {self.url} is now one of {self.dialect.time}, no longer of {before.time}.",
                "It is asked again in its new way.",
            ) from exc


def _list(ids: Sequence[int]) -> str:
    return ",".join(map(str, ids))


def _first_line(file: Path) -> str:
    try:
        return file.read_text().strip()
    except (OSError, UnicodeDecodeError):
        return ""
