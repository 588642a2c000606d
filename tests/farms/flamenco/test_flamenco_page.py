"""The documentation page says what the farm has."""

from __future__ import annotations

import re

from farmdeck.farms.flamenco._drafts import BLENDER_TYPE, OWN_TYPE
from farmdeck.farms.flamenco._extras import extras
from farmdeck.farms.flamenco._files import AUTO, Way
from farmdeck.farms.flamenco.models import Version

from tests.farms.flamenco.flamenco_studio import ROOT, Studio

PAGE = (ROOT / "docs" / "farms" / "flamenco.md").read_text(encoding="utf-8")


def test_every_extra_is_there_with_its_options_and_columns_and_first_version() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (job|farm) \| (.+?) \| (.+?) \| (\d)\.(\d) \|$", PAGE, re.MULTILINE)
    told = {name: (on, options, answer, (int(major), int(minor))) for name, on, options, answer, major, minor in rows}
    for extra in extras(Version("", "", "", "")):
        options = ", ".join(f"`{option.name}`" for option in extra.options) or "–"
        columns = ", ".join(column or "How" for column in extra.columns) or "a sentence"
        assert told[extra.name][:3] == (extra.on, options, columns)
        major, minor = told.pop(extra.name)[3]
        for version, there in ((f"{major}.{minor}", True), (f"{major}.{minor - 1}", minor == 0)):
            assert (extra in extras(Version(version, version, "", ""))) is there, (extra.name, version)
    assert told == {}


def test_every_option_is_there(studio: Studio) -> None:
    for option in studio.ready().capabilities.options:
        if not option.when or {BLENDER_TYPE, OWN_TYPE}.intersection(option.when):
            assert f"| `{option.name}` |" in PAGE, option.name
    for way in (AUTO, *(way.value for way in Way)):
        assert f"| `{way}` |" in PAGE, way
