"""docs/farms/renderbus.md says what the code says."""

from __future__ import annotations

import re
from pathlib import Path

from farmdeck.farms.renderbus._extras import CALLS_OF, EXTRAS, WORK
from farmdeck.farms.renderbus.dialects import CALLS
from farmdeck.farms.renderbus.options import OPTIONS

PAGE = (Path(__file__).parents[3] / "docs" / "farms" / "renderbus.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[list[str]]:
    """The cells of the table below a heading, code marks off, without its head."""
    below = PAGE.split(f"# {heading}\n", 1)[1].split("\n#")[0]
    lines = [line for line in below.splitlines() if line.startswith("|")][2:]
    return [[cell.strip().replace("`", "") for cell in line.strip("|").split("|")] for line in lines]


def test_every_call_stands_with_its_paths():
    paths = [
        [call.name, call.v3 or "–", call.current or "–", "yes" if call.repeatable else "no"] for call in CALLS.values()
    ]
    assert [row[:4] for row in rows("Every call")] == paths
    assert all(row[4] for row in rows("Every call"))


def test_what_shows_as_an_extra_is_one():
    known = {extra.name for extra in EXTRAS}
    assert {name for row in re.findall(r"extra `([^`]+)`", PAGE) for name in [row]} <= known


def test_every_extra_and_option_stands_there():
    said = [[extra.name, extra.on] for extra in EXTRAS]
    assert [row[:2] for row in rows("What else it can do")] == said
    assert [row[0] for row in rows("Options")] == [option.name for option in OPTIONS]


def test_every_extra_has_its_work():
    assert set(WORK) == set(CALLS_OF) == {extra.name for extra in EXTRAS}
    assert {call for calls in CALLS_OF.values() for call in calls} <= set(CALLS)
