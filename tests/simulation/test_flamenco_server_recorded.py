"""The simulated earlier Flamenco Server against what real ones answered.

tests/data/flamenco_server/*.jsonl is one long conversation per dialect with the real programs (Python 2.7, the versions
that their requirements pin, on 2026-11-22): [method, path, form or json, fields, status, content type, document], with
PROJECT, RENDER and SETTINGS for folders and UUID, DATE, WHEN, SECONDS for what differs each time.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.simulation.oldserver_caller import say
from tests.simulator.flamenco_server import FlamencoServer

RECORDED = Path(__file__).parents[1] / "data" / "flamenco_server"
VARYING = (
    (r"\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT", "DATE"),
    (r"\b[0-9a-f]{32}\b", "UUID"),
    (r"\d{4}-\d\d-\d\d [\d:.]+ \([a-z0-9 ]+\)", "WHEN"),
    (r'"time_elapsed": \d+', '"time_elapsed": "SECONDS"'),
)


def plain(document: Any, places: dict[str, str]) -> Any:
    """A document with placeholders, and with the lists sorted whose order is arbitrary."""
    text = json.dumps(document)
    for name, folder in places.items():
        text = text.replace(json.dumps(folder)[1:-1], name)
    for pattern, name in VARYING:
        text = re.sub(pattern, name, text)
    made = json.loads(text)
    if isinstance(made, dict) and "items_list" in made:
        made["items_list"].sort()
    if isinstance(made, dict) and isinstance(made.get("settings"), list):
        made["settings"].sort(key=lambda setting: setting["name"])
    return made


@pytest.mark.parametrize(("dialect", "file"), [("A", "A"), ("A'", "A_prime"), ("C", "C"), ("B", "B")])
def test_every_answer_is_the_real_one(tmp_path: Path, dialect: str, file: str) -> None:
    server = FlamencoServer(tmp_path, dialect, auto=False)
    for table in (server.projects, server.managers, server.settings):
        table.clear()
    settings = tmp_path / "settings"
    for folder in (settings, server.project / "shots" / "sub"):
        folder.mkdir(parents=True)
    for path in (settings / "base.py", server.project / "shots" / "cube.blend", server.project / "notes.txt"):
        path.touch()
    places = {"PROJECT": str(server.project), "RENDER": str(server.render), "SETTINGS": str(settings)}
    different = []
    with server:
        for line in (RECORDED / f"{file}.jsonl").read_text("utf-8").splitlines():
            method, path, how, fields, *real = json.loads(line)
            if isinstance(fields, dict):
                fields = {
                    name: places.get(value, value) if isinstance(value, str) else value
                    for name, value in fields.items()
                }
            said = say(server.url, method, path, fields, how)
            ours = [said.status, said.kind, plain(said.data, places)]
            if ours != real:
                different.append(f"{method} {path} {fields}\n  real: {real}\n  ours: {ours}")
    assert not different, "\n".join(different)
