"""Raw requests to a simulated Manager, and documents to send."""

from __future__ import annotations

import http.client
import json
from pathlib import Path
from typing import Any

from tests.simulator.flamenco import Manager

ECHO: dict[str, Any] = {
    "name": "smoke",
    "type": "echo-sleep-test",
    "priority": 50,
    "submitter_platform": "linux",
    "settings": {"message": "hello", "sleep_duration_seconds": 1, "sleep_repeats": 1},
}
NOWHERE = "00000000-0000-4000-8000-000000000000"


class Raw:
    """A connection; each request says what it got."""

    def __init__(self, farm: Manager) -> None:
        self.farm = farm
        self._connection = http.client.HTTPConnection("127.0.0.1", int(farm.url.rstrip("/").rpartition(":")[2]), 60)

    def close(self) -> None:
        """End it."""
        self._connection.close()

    def send(
        self, method: str, path: str, content: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes, dict[str, str]]:
        """Status, content and headers of one request; a path with one slash is below /api/v3."""
        path = path.removeprefix("/") if path.startswith("//") else f"/api/v3{path}"
        self._connection.request(method, path, content, headers or {})
        response = self._connection.getresponse()
        return response.status, response.read(), dict(response.getheaders())

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and JSON document (None without one)."""
        content = None if body is None else json.dumps(body).encode()
        kind = {} if body is None else {"Content-Type": "application/json"}
        status, text, _ = self.send(method, path, content, kind)
        return status, json.loads(text) if text else None

    def get(self, path: str) -> Any:
        """A document that has to be there."""
        status, document = self.ask("GET", path)
        assert status == 200, (status, document)
        return document

    def post(self, path: str, body: Any, status: int = 204) -> Any:
        """The document that comes back with that status."""
        found, document = self.ask("POST", path, body)
        assert found == status, (found, document)
        return document

    def submit(self, body: Any = ECHO, **changes: Any) -> str:
        """A job's id."""
        return str(self.post("/jobs", {**body, **changes}, 200)["id"])

    def statuses(self, job_id: str) -> tuple[str, list[str]]:
        """A job's status and its tasks'."""
        tasks = self.get(f"/jobs/{job_id}/tasks")["tasks"]
        return self.get(f"/jobs/{job_id}")["status"], [task["status"] for task in tasks]

    def tasks(self, job_id: str) -> list[str]:
        """The ids of a job's tasks."""
        return [task["id"] for task in self.get(f"/jobs/{job_id}/tasks")["tasks"]]

    def set_status(self, job_id: str, status: str) -> None:
        """Ask for another status of a job."""
        self.post(f"/jobs/{job_id}/setstatus", {"status": status, "reason": "the test wants it"})


def render(farm: Manager, frames: str = "1-3", **settings: Any) -> dict[str, Any]:
    """A job of Blender's, its scene in the farm's folder, its pictures in out/."""
    scene = Path(farm.folder) / "shot.blend"
    scene.write_bytes(b"BLENDER")
    whole = {
        "frames": frames,
        "chunk_size": 1,
        "blendfile": str(scene),
        "render_output_path": f"{farm.folder}/out/######",
        "format": "PNG",
        "image_file_extension": ".png",
        "scene": "Scene",
        **settings,
    }
    return {
        "name": "shot",
        "type": "simple-blender-render",
        "priority": 50,
        "submitter_platform": "linux",
        "settings": whole,
    }
