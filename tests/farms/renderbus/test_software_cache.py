"""The farm's lists of software are kept, grow old, and serve while it is silent."""

from __future__ import annotations

import json

import pytest
from farmdeck.farms.renderbus.errors import NotAllowed, ServerDown, Unreachable
from farmdeck.farms.renderbus.models import Software, SoftwareDetail, SoftwareList
from farmdeck.farms.renderbus.software_cache import DAY, SoftwareCache

from tests.farms.renderbus.fleet import OFFERED

LIST = SoftwareList((Software(2000, "Maya", "ma;mb", "/img/maya.png", 1, True, True),), 2001, 2)


class Farm:
    """Answers, counts, and can be silent."""

    def __init__(self, file):
        self.asked: list[object] = []
        self.trouble: Exception | None = None
        self.now = 1_000_000.0
        self.answer = OFFERED
        self.file = file

    def cache(self):
        return SoftwareCache(self.file, lambda: self._say("list", LIST), self._detail, lambda: self.now)

    def _detail(self, cg_id, system):
        return self._say(cg_id if system else (cg_id, "linux"), self.answer)

    def _say(self, what, answer):
        self.asked.append(what)
        if self.trouble:
            raise self.trouble
        return answer


@pytest.fixture
def farm(tmp_path):
    return Farm(tmp_path / "cloud" / "software.json")


def test_it_is_asked_once_a_day(farm):
    assert farm.cache().detail(2000).value == OFFERED
    farm.now += DAY - 1
    kept = farm.cache().detail(2000)
    assert (kept.value, kept.age, kept.note, farm.asked) == (OFFERED, DAY - 1, "", [2000])
    farm.now += 1
    assert farm.cache().detail(2000).age == 0
    assert farm.asked == [2000, 2000]


def test_each_application_and_the_list_of_them_are_kept_apart(farm):
    cache = farm.cache()
    assert cache.software().value == LIST
    cache.detail(2000)
    farm.answer = SoftwareDetail()
    assert cache.detail(2007).value == SoftwareDetail()
    assert cache.detail(2000, system=0).value == SoftwareDetail()
    assert cache.detail(2000).value == OFFERED
    assert cache.software().value == LIST
    assert farm.asked == ["list", 2000, 2007, (2000, "linux")]


def test_on_demand_it_is_asked_again(farm):
    farm.cache().detail(2000)
    farm.answer = SoftwareDetail()
    assert farm.cache().detail(2000, refresh=True).value == SoftwareDetail()
    assert farm.cache().detail(2000).value == SoftwareDetail()


@pytest.mark.parametrize("trouble", [Unreachable("It is silent.", "Wait."), ServerDown("It is down.", "Wait.")])
def test_what_was_kept_serves_while_the_farm_is_silent(farm, trouble):
    farm.cache().detail(2000)
    farm.trouble = trouble
    farm.now += 3 * DAY
    kept = farm.cache().detail(2000)
    assert (kept.value, kept.age) == (OFFERED, 3 * DAY)
    assert kept.note == f"{trouble.what} This is what it said before."
    assert farm.cache().detail(2000, refresh=True).value == OFFERED
    farm.trouble = None
    assert farm.cache().detail(2000).note == ""


def test_with_nothing_kept_the_error_is_said(farm):
    farm.trouble = Unreachable("It is silent.", "Wait.")
    with pytest.raises(Unreachable):
        farm.cache().detail(2000)


def test_a_refusal_is_said_even_if_something_is_kept(farm):
    farm.cache().detail(2000)
    farm.trouble = NotAllowed("You may not.", "Ask.")
    with pytest.raises(NotAllowed):
        farm.cache().detail(2000, refresh=True)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"schema": "other", "lists": {}}', '{"schema": "farmdeck.renderbus-software/1"}']
)
def test_a_file_that_makes_no_sense_is_made_anew(farm, text):
    farm.file.parent.mkdir()
    farm.file.write_text(text, encoding="utf-8")
    assert farm.cache().detail(2000).value == OFFERED
    assert farm.cache().detail(2000).value == OFFERED
    assert farm.asked == [2000]


@pytest.mark.parametrize("entry", [7, {}, {"asked": "x"}, {"asked": 1_000_000.0, "answer": []}])
def test_so_is_an_entry(farm, entry):
    farm.cache().software()
    doc = json.loads(farm.file.read_text(encoding="utf-8"))
    doc["lists"]["2000 on 1"] = entry
    farm.file.write_text(json.dumps(doc), encoding="utf-8")
    assert farm.cache().detail(2000).value == OFFERED
    assert farm.cache().software().value == LIST
    assert farm.asked == ["list", 2000]


def test_a_clock_that_was_put_back_is_no_reason_to_believe_it(farm):
    farm.cache().detail(2000)
    farm.now -= 10 * DAY
    assert farm.cache().detail(2000).age == 0
    assert farm.asked == [2000, 2000]


def test_a_folder_that_cannot_be_written_costs_a_request(farm):
    farm.file.parent.write_text("not a folder", encoding="utf-8")
    assert farm.cache().detail(2000).value == OFFERED
    assert farm.cache().detail(2000).value == OFFERED
    assert farm.asked == [2000, 2000]


def test_nothing_is_left_beside_the_file(farm):
    farm.cache().detail(2000)
    farm.cache().software()
    assert [each.name for each in farm.file.parent.iterdir()] == ["software.json"]
