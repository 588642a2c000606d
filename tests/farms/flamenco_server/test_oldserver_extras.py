"""What wranglers can do on an earlier Flamenco Server, and what they are told of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from farmdeck._errors import BadInput, FarmError
from farmdeck.job import Action, JobState

from tests.farms.flamenco_server.conftest import Site
from tests.simulator.flamenco_server import Fault

MakeSite = Callable[..., Site]


def run(site: Site, wanted: str, job_id: str = "", **given: Any) -> Any:
    """With the form's own values but for those given."""
    extra = next(one for one in site.farm.capabilities.extras if one.name == wanted)
    return site.farm.run(wanted, job_id, {**{option.name: option.default for option in extra.options}, **given})


def test_projects(site: Site) -> None:
    assert run(site, "projects")[0][:3] == ["1", "Short", "yes"]
    assert "its number is 2" in run(site, "add-project", name="Show", path_linux="/mnt/show")
    run(site, "change-project", project=2, name="Other")
    rows = run(site, "projects")
    assert [row[:3] for row in rows] == [["1", "Short", "yes"], ["2", "Other", ""]]
    if site.server.farm.dialect.name in ("A", "A'"):  # later ones keep no folders
        assert rows[1][3] == "/mnt/show"
    run(site, "delete-project", project=2)
    assert len(run(site, "projects")) == 1


def test_a_worker_is_disabled_where_that_works_and_else_it_is_said(site: Site) -> None:
    name = run(site, "workers")[0][1]
    if site.farm.check().count("spring 2015"):
        assert run(site, "worker", worker=name, status="disabled") == f"{name} is disabled."
        assert run(site, "workers")[0][3] == "disabled"
    else:
        with pytest.raises(FarmError, match="it says enabled"):
            run(site, "worker", worker=name, status="disabled")
    with pytest.raises(BadInput, match="no worker"):
        run(site, "worker", worker="nobody")


def test_managers(site: Site) -> None:
    assert run(site, "managers")[0][1] == "Farm manager"
    assert "its number is 2" in run(site, "connect-manager", name="second", port=7778)
    assert len(run(site, "managers")) == 2


def test_total_workers(site: Site) -> None:
    manager = site.server.managers[1]
    if site.farm.check().count("January") or site.farm.check().count("February"):
        assert "3 workers" in run(site, "total-workers", manager=manager.uuid, workers=3)
        assert manager.total_workers == 3
        with pytest.raises(FarmError, match="uuid"):
            run(site, "total-workers", manager="nobody", workers=3)
    else:
        with pytest.raises(FarmError, match="cannot do it"):
            run(site, "total-workers", manager="1", workers=3)


def test_settings(site: Site) -> None:
    before = dict(run(site, "settings"))
    run(site, "set", setting="blender_path_linux", value="/opt/blender")
    assert dict(run(site, "settings")) == {**before, "blender_path_linux": "/opt/blender"}
    site.server.inject(Fault("POST", "/settings", status=204))
    with pytest.raises(FarmError, match="204"):
        run(site, "set", setting="blender_path_linux", value="/else")


def test_the_managers_settings(make_site: MakeSite) -> None:
    for dialect in ("C", "B"):
        assert isinstance(run(make_site(dialect), "manager-settings"), list)


def test_render_settings(make_site: MakeSite) -> None:
    site = make_site("A")
    assert run(site, "render-settings") == [["base_720p.py"]]
    with site.server.changed:
        site.server.settings.update(render_settings_path_linux=None)
    assert "no folder" in run(site, "render-settings")[0][0]


def test_jobs_of_the_server(site: Site) -> None:
    job = site.send(site.shot())
    numbers = job.split()[:-1]
    assert [row[0] for row in run(site, "jobs")] == numbers == [row[0] for row in run(site, "server-jobs", job)]
    assert {row[0] for row in run(site, "tasks", job)} == set(numbers)
    said = run(site, "command", jobs=",".join(numbers), command="stop")
    assert all(f"{number} is " in said for number in numbers) and "ready" not in said and "waiting" not in said
    assert "ends the row" in run(site, "command", jobs="999", command="start")
    assert "Not there before: 999" in run(site, "remove", jobs=f"{numbers[0]},999")
    assert numbers[0] not in [row[0] for row in run(site, "jobs")]
    with pytest.raises(BadInput, match="12,13"):
        run(site, "remove", jobs="all")
    with pytest.raises(BadInput, match="No jobs"):
        run(site, "remove")


def test_priority(site: Site) -> None:
    job = site.send(site.shot())
    assert "is 77" in run(site, "priority", job, priority=77)
    assert {each.priority for each in site.server.jobs.values()} == {77}


def test_archive(make_site: MakeSite) -> None:
    for dialect in ("C", "B"):
        site = make_site(dialect)
        job = site.send(site.shot())
        site.until(job, JobState.DONE)
        assert "Archived" in run(site, "archive", job)
        assert site.report(job).state is JobState.DONE and site.report(job).farm_state == "archived"
        other = site.send(site.shot())
        with pytest.raises(FarmError, match="still says"):
            run(site, "archive", other)


def test_a_task_is_rendered_again(make_site: MakeSite) -> None:
    site = make_site("B")
    job = site.send(site.shot())
    site.until(job, JobState.DONE)
    task = int(run(site, "tasks", job)[0][1])
    assert f"Task {task} is waiting, its job 1 is waiting" in run(site, "requeue", job, task=task)
    assert site.report(job).state is JobState.RENDERING
    site.until(job, JobState.DONE)
    with pytest.raises(BadInput, match="none of this job"):
        run(site, "requeue", job, task=999)
    site.farm.act(job, Action.DELETE)
