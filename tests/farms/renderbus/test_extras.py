"""What an account can do beyond what every farm can: each small command, its rows, its sentence, its refusals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from farmdeck._errors import BadFrames, BadInput, FarmError, UnknownJob
from farmdeck.farms.renderbus import RenderbusFarm

from tests.farms.renderbus.site import Site, blender, framed, maya
from tests.simulator import frames as fr
from tests.simulator.tasks import Task


@pytest.fixture
def still(make_site: Callable[..., Site]) -> Site:
    """A farm whose time passes only when it is told to."""
    return make_site(auto=False)


def renders(site: Site) -> tuple[RenderbusFarm, str, list[Task]]:
    """A job of two layers that has begun."""
    farm, number = site.sent(maya(site.shot))
    site.simulated.tick(5)
    return farm, number, list(site.simulated.task(int(number)).parts)


def rows(farm: RenderbusFarm, extra: str, job: str = "", **values: Any) -> list[list[str]]:
    """Its table, checked against its head."""
    [head] = [one.columns for one in farm.capabilities.extras if one.name == extra]
    found = farm.run(extra, job, values)
    assert isinstance(found, list)
    assert all(len(row) == len(head) and all(isinstance(cell, str) for cell in row) for row in found)
    return found


def test_labels(site: Site) -> None:
    farm = site.farm()
    assert rows(farm, "labels") == [["Project1", "3671"]]
    assert farm.run("add-label", "", {"name": " Night "}) == 'The label "Night" is there now.'
    assert "Night" in [name for name, _ in rows(farm, "labels")]
    assert ["Night"] == [row[0] for row in rows(farm, "shared-labels", whose="all") if row[0] == "Night"]
    assert "gone" in farm.run("delete-label", "", {"name": "Night"})
    assert [name for name, _ in rows(farm, "labels")] == ["Project1"]


@pytest.mark.parametrize(
    ("extra", "values", "error", "said"),
    [
        ("add-label", {}, BadInput, "No name was given"),
        ("add-label", {"name": "Project1"}, BadInput, 'a label "Project1" already'),
        ("delete-label", {"name": "nothing"}, BadInput, 'no label "nothing"'),
        ("findings", {"codes": " , "}, BadInput, "No codes were given"),
        ("records", {"page": 0}, BadInput, "page"),
        ("versions", {"software": "Paint"}, BadInput, "software"),
        ("nothing", {}, BadInput, 'nothing called "nothing"'),
        ("labels", {"whose": "all"}, BadInput, 'no option "whose"'),
    ],
)
def test_what_an_extra_refuses(site: Site, extra: str, values: dict[str, Any], error: type, said: str) -> None:
    with pytest.raises(error, match=said):
        site.farm().run(extra, "", values)


def test_what_the_farm_has(site: Site) -> None:
    farm = site.farm()
    assert ["2", "query_platform_w2", "CPU", "normal", "2W"] in rows(farm, "platforms")
    assert ["Maya", "ma;mb", "yes", "just asked"] in rows(farm, "software")
    assert ["2024", "", "", "just asked"] in rows(farm, "versions", software="Maya")
    assert any(row[:2] == ["2024", "mtoa"] and "5.4.0" in row[2] for row in rows(farm, "versions", software="Maya"))
    names = {row[0]: row[4] for row in rows(farm, "hardware")}
    assert "on" in names.values()
    assert rows(farm, "reserved") == [] or all(row[0] for row in rows(farm, "reserved"))
    assert {row[0] for row in rows(farm, "lines")} == {"Aspera", "RaysyncProxy", "Raysync"}
    [found] = rows(farm, "findings", codes="15019")
    assert found == ["15019", "error", "The software was not found", "Install it."]
    assert len(rows(farm, "findings", codes="15019, 10012 20001")) == 3


def test_lists_are_kept_and_asked_anew(site: Site) -> None:
    farm = site.farm()
    for refresh, asked in ((False, 1), (False, 1), (True, 2)):
        rows(farm, "software", refresh=refresh)
        assert site.calls().count("software") == asked


def test_what_was_done(site: Site) -> None:
    farm, number = site.sent(framed(blender(site.shot), "1-3"))
    site.ended(farm, number)
    assert {"createTask", "submitTask"} <= {row[2] for row in rows(farm, "records")}
    assert rows(farm, "statistics") == [["3", "3", "0", "0", "0", "0"]]
    [task] = rows(farm, "tasks")
    assert task[0] == f"2W{number}"
    assert task[1] == "made_up.blend"
    assert task[4]
    assert rows(farm, "tasks", search="nowhere") == rows(farm, "tasks", deleted=True) == []
    assert rows(farm, "tasks", page=2) == []
    assert rows(farm, "logins") == [] or len(rows(farm, "logins")[0]) == 5


def test_preferences(site: Site) -> None:
    farm = site.farm()
    assert ["Reminder after", "12 h"] in rows(farm, "preferences")
    assert farm.run("remind-after", "", {"hours": 2.5}) == "A reminder comes after 2.5 h."
    assert ["Reminder after", "2.5 h"] in rows(farm, "preferences")


def test_the_2018_protocol_has_fewer(make_site: Callable[..., Site]) -> None:
    site = make_site("v3")
    farm = site.farm()
    before = {extra.name for extra in farm.capabilities.extras}
    farm.check()
    gone = before - {extra.name for extra in farm.capabilities.extras}
    assert gone == {
        "shared-labels",
        "hardware",
        "reserved",
        "records",
        "logins",
        "limit",
        "change-hardware",
        "stop-frames",
    }
    assert farm.run("remind-after", "", {"hours": 2.5}) == "A reminder comes after 3 h."  # full hours only
    for extra in ("labels", "platforms", "software", "statistics", "preferences", "tasks", "lines"):
        rows(farm, extra)
    with pytest.raises(FarmError, match="2018 protocol"):
        farm.run("records", "", {})


# -- of a job


def test_speed_priority_and_limits_are_for_every_part(still: Site) -> None:
    farm, number, tasks = renders(still)
    assert farm.run("priority", number, {"level": "high"}) == "Its priority is high now."
    assert {task.user_level for task in tasks} == {60}
    assert farm.run("limit", number, {"machines": 3}) == "It uses 3 machines at most."
    assert {task.limit for task in tasks} == {3}
    assert "24 h" in farm.run("stop-after", number, {})
    assert {task.over_time_stop for task in tasks} == {86400}
    assert "full speed" in farm.run("full-speed", number, {})
    assert all(task.full_speed for task in tasks)


def test_other_machines(still: Site) -> None:
    farm, number, tasks = renders(still)
    name = rows(farm, "hardware")[1][0]
    assert name in farm.run("change-hardware", number, {"machines": name.upper()})
    assert {tuple(task.hardware) for task in tasks} == {("303",)}
    with pytest.raises(BadInput, match="There are: "):
        farm.run("change-hardware", number, {"machines": "abacus"})


def test_labels_of_a_job(still: Site) -> None:
    farm, number, tasks = renders(still)
    farm.run("tag", number, {"name": "night"})
    assert all("night" in task.labels.values() for task in tasks)
    farm.run("untag", number, {"name": "night"})
    assert not any("night" in task.labels.values() for task in tasks)
    with pytest.raises(BadInput, match="No name"):
        farm.run("tag", number, {})


def test_the_mark_of_a_job_stays_when_its_labels_change(still: Site) -> None:
    """By it the farm's list tells whose a lost number is."""
    farm, number, _ = renders(still)
    parent = still.simulated.task(int(number))
    assert [name for name in parent.labels.values() if name.startswith("farmdeck-")]
    farm.run("tag", number, {"name": "night"})
    assert [name for name in parent.labels.values() if name.startswith("farmdeck-")]


def test_frames_are_stopped_by_number(still: Site) -> None:
    farm, number, tasks = renders(still)
    still.simulated.set_status(tasks[0].id, 5)
    for task in tasks:
        for frame in task.frames:
            frame.status = fr.WAITING
    assert farm.run("stop-frames", number, {"frames": "2-3,12"}) == "3 frames are stopped."
    stopped = [frame.numbers[0] for task in tasks for frame in task.frames if frame.status == fr.STOPPED]
    assert stopped == [2, 3, 12]
    with pytest.raises(BadInput, match="none of the frames 99"):
        farm.run("stop-frames", number, {"frames": "99"})
    with pytest.raises(BadFrames):
        farm.run("stop-frames", number, {"frames": "a-b"})


def test_parts_and_pictures(site: Site) -> None:
    farm, number = site.sent(maya(site.shot))
    site.ended(farm, number)
    found = rows(farm, "parts", number)
    assert [row[2] for row in found] == ["beauty", "fog"]
    assert len(rows(farm, "thumbnails", number, frame=10)) == 1
    with pytest.raises(BadInput, match="no frame 99"):
        farm.run("thumbnails", number, {"frame": 99})
    assert {row[0] for row in rows(farm, "picture", number)} == {
        str(task.id) for task in site.simulated.task(int(number)).parts
    }


@pytest.mark.parametrize("extra", ["full-speed", "priority", "limit", "parts", "thumbnails", "stop-frames"])
def test_extras_of_a_strange_job(site: Site, extra: str) -> None:
    with pytest.raises(UnknownJob):
        site.farm().run(extra, "12345", {})
