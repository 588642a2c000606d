"""What a render says: our own lines, and Blender's in the forms of 3.x, 4.x and 5.x (printed by the real programs)."""

from __future__ import annotations

import json

import pytest
from farmdeck.farms.local import progress
from hypothesis import given
from hypothesis import strategies as st

CYCLES_3 = "Fra:2 Mem:10.21M (Peak 10.47M) | Time:00:00.00 | Mem:0.76M, Peak:0.76M | Scene, ViewLayer | Sample 1/4"
CYCLES_5 = "Remaining: 00:00.10 | Mem: 1M | Sample 1/4"


@pytest.mark.parametrize(
    ("line", "share"),
    [
        (CYCLES_3, 0.25),
        (CYCLES_5, 0.25),
        ("Fra:7 Mem:9M | Time:00:01 | Rendered 3/12 Tiles, Sample 4/4", 0.25),
        ("Fra:1 Mem:96.94M (Peak 97.36M) | Time:00:03.32 | Rendering 16 / 64 samples", 0.25),
        ("Fra:2 Mem:9.71M (Peak 9.71M) | Time:00:00.00 | Scene, ViewLayer | Updating Images", None),
        ("Sample 3/0", None),
        ("", None),
    ],
)
def test_share(line: str, share: float | None) -> None:
    assert progress.fraction(line) == share


def test_frame_and_file() -> None:
    assert progress.frame_number(CYCLES_3) == 2
    assert progress.frame_number("Fra:-5 Mem:1M") == -5
    assert progress.frame_number(CYCLES_5) is None
    assert progress.saved("Saved: '/o/it's.png'") == "/o/it's.png"
    assert progress.saved("00:06.844  render           | Saved: '/o/f.png'") == "/o/f.png"
    assert progress.error("Error: Could not write /o") == "Could not write /o"
    assert progress.error("Fra:2 | Error handling") is None


@given(st.dictionaries(st.text(), st.integers() | st.text()), st.text(min_size=1))
def test_our_lines_come_back(values: dict[str, object], kind: str) -> None:
    doc = {**values, "event": kind}
    assert progress.event(progress.MARK + json.dumps(doc)) == doc


@given(st.text())
def test_no_line_is_too_strange(line: str) -> None:
    share = progress.fraction(line)
    assert share is None or 0 <= share <= 1
    progress.frame_number(line), progress.saved(line), progress.error(line), progress.event(line)
    assert progress.event(progress.MARK + line) is None or isinstance(json.loads(line), dict)
