"""docs/farms/flamenco-server.md says what the code says."""

from __future__ import annotations

import re
from pathlib import Path

from farmdeck.farms.flamenco_server._extras import extras
from farmdeck.farms.flamenco_server._options import options
from farmdeck.farms.flamenco_server.dialects import DIALECTS

PAGE = (Path(__file__).parents[3] / "docs" / "farms" / "flamenco-server.md").read_text(encoding="utf-8")


def test_every_extra_stands_there() -> None:
    below = PAGE.split("## For wranglers\n", 1)[1].split("\n#")[0]
    known = {extra.name for dialect in DIALECTS.values() for extra in extras(dialect)}
    assert known <= set(re.findall(r"`([a-z-]+)`", below))


def test_every_dialect_and_job_type_stands_there() -> None:
    table = PAGE.split("## Four dialects\n", 1)[1].split("\n#")[0]
    assert all(f"| {dialect.name}: " in table for dialect in DIALECTS.values())
    assert all(dialect.job_types[0] in PAGE for dialect in DIALECTS.values() if dialect.zipped)


def test_settings_are_options() -> None:
    known = {option.name for dialect in DIALECTS.values() for option in options(dialect)}
    table = PAGE.split("## Setting it up\n", 1)[1].split("\n#")[0]
    assert set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) - {"url"} <= known
