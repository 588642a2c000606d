"""Farms found through their entry points; a broken one is a row, not a dead panel."""

from __future__ import annotations

from pathlib import Path

import pytest
from farmdeck.farms import discover
from farmdeck.scene import Severity

MODULE = """
from farmdeck.farm import Farm
from farmdeck.testing import FakeFarm

class Good(FakeFarm): pass

class Elsewhere(FakeFarm):
    @classmethod
    def unavailable(cls):
        return "This farm needs a licence. Ask for one."

not_a_farm = 3
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch):
    """Install a distribution with these entry points for one test."""

    def install(points: dict[str, str]) -> None:
        (tmp_path / "made_up_farms.py").write_text(MODULE, encoding="utf-8")
        (tmp_path / "made_up_broken.py").write_text("raise SystemError('half an upgrade')\n", encoding="utf-8")
        info = tmp_path / "made_up-1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: made-up\nVersion: 1\n", encoding="utf-8")
        lines = "".join(f"{name} = {value}\n" for name, value in points.items())
        (info / "entry_points.txt").write_text(f"[farmdeck.farms]\n{lines}", encoding="utf-8")
        monkeypatch.syspath_prepend(str(tmp_path))

    return install


def test_a_third_party_farm_is_found(installed):
    installed({"zz_good": "made_up_farms:Good"})
    kinds, problems = discover()
    assert kinds["zz_good"].__name__ == "Good"
    assert not [problem for problem in problems if problem.subject == "zz_good"]


def test_broken_ones_are_rows_and_the_rest_lives(installed):
    installed(
        {
            "aa_gone": "no_such_module_anywhere:Farm",
            "ab_raises": "made_up_broken:Farm",
            "ac_number": "made_up_farms:not_a_farm",
            "ad_unavailable": "made_up_farms:Elsewhere",
            "zz_good": "made_up_farms:Good",
        }
    )
    kinds, problems = discover()
    rows = {problem.subject: problem for problem in problems}
    assert "zz_good" in kinds
    assert not {"aa_gone", "ab_raises", "ac_number", "ad_unavailable"} & set(kinds)
    assert "ModuleNotFoundError" in rows["aa_gone"].message
    assert "half an upgrade" in rows["ab_raises"].message
    assert "not a farm" in rows["ac_number"].message
    assert rows["ad_unavailable"].message == "This farm needs a licence. Ask for one."
    assert rows["ad_unavailable"].severity is Severity.WARNING
