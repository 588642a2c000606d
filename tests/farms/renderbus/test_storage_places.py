"""Where files are at the farm, and how they travel: by folder, by the vendor's program, by Raysync; there and back."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from farmdeck import JobState, Submission
from farmdeck._errors import Cancelled, FarmError, SettingsError
from farmdeck.farm import Output, Watch
from farmdeck.farms.renderbus import RenderbusFarm
from farmdeck.scene import Severity

from tests.farms.renderbus.site import Site, blender, framed, maya, part, with_files
from tests.simulator import Account
from tests.simulator.raysync import RaysyncDaemon
from tests.transfers.test_transmitter import stand_in

WAYS = ("folder", "transmitter", "raysync")


@contextmanager
def travelling(site: Site, tmp_path: Path, way: str) -> Iterator[dict[str, Any]]:
    """The settings for that way."""
    root = site.simulated.storage.root
    if way == "transmitter":
        yield {"transfer": way, "transmitter": str(stand_in(tmp_path / "bin" / "transmitter", root)), "storage": ""}
    elif way == "raysync":
        account = site.simulated.account
        with RaysyncDaemon(root, (account.user_name, account.raysync_key)) as daemon:
            yield {"transfer": way, "raysync_port": daemon.port, "storage": ""}
    else:
        yield {}


def fetch_all(farm: RenderbusFarm, number: str, folder: Path) -> dict[str, Output]:
    """Every finished file, below a folder; by where it is there."""
    outputs = farm.outputs(number)
    places = {output.id: folder / str(output.part) / output.path for output in outputs}
    came: list[Output] = []
    farm.fetch(number, [(output, places[output.id]) for output in outputs], Watch(), came.append)
    assert sorted(output.id for output in came) == sorted(places)
    for output in outputs:
        assert places[output.id].stat().st_size == output.size
    return {places[output.id].relative_to(folder).as_posix(): output for output in outputs}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("dialect", ["current", "v3"])
def test_the_whole_way(make_site: Callable[..., Site], tmp_path: Path, dialect: str, way: str) -> None:
    """Submitted, uploaded, rendered and fetched; the second time nothing travels that is there already."""
    site = make_site(dialect)
    submission = with_files(maya(site.shot), site.shot, "tex/wood.jpg", "tex/木 (1).jpg")
    with travelling(site, tmp_path, way) as given:
        farm, number = site.sent(submission, **given)
        report = site.ended(farm, number)
        assert report.state is JobState.DONE, (report, site.simulated.task(int(number)).reason)
        account = site.simulated.account
        for file in (*submission.files, submission.scene):
            kept = site.simulated.storage.place(account.input_bid, account.user_id, file.path)
            assert kept.read_bytes() == Path(file.path).read_bytes()
        if dialect == "current" or way == "folder":
            got = fetch_all(farm, number, tmp_path / "got")
            assert {name: output.frame for name, output in got.items()} == {
                "0/made_up.0001.png": 1,
                "0/made_up.0002.png": 2,
                "0/made_up.0003.png": 3,
                "1/made_up.0010.png": 10,
                "1/made_up.0012.png": 12,
            }
        else:
            with pytest.raises(FarmError, match="cannot list finished pictures"):
                farm.outputs(number)
        shutil.rmtree(site.simulated.storage.root / account.input_bid)
        farm.upload(submission, Path(submission.scene.path), Watch())
        assert not (site.simulated.storage.root / account.input_bid).exists()


@pytest.mark.parametrize("way", ["transmitter", "raysync"])
def test_no_key_is_left_in_the_farms_folder(site: Site, tmp_path: Path, way: str) -> None:
    account = site.simulated.account
    account.raysync_key = "raysync-key-of-the-test"
    with travelling(site, tmp_path, way) as given:
        farm, number = site.sent(with_files(blender(site.shot), site.shot, "a.png"), **given)
        site.ended(farm, number)
        fetch_all(farm, number, tmp_path / "got")
        farm.close()
    for path in site.folder.rglob("*"):
        if path.is_file():
            kept = path.read_bytes()
            assert account.access_key.encode() not in kept, path
            assert account.raysync_key.encode() not in kept, path


def test_ways_that_are_not_set_up(site: Site, tmp_path: Path) -> None:
    submission = blender(site.shot)
    site.ready(submission)
    for given, said in (
        ({"transfer": "transmitter", "storage": ""}, "farmdeck farms setup"),
        ({"transfer": "folder", "storage": ""}, "No storage folder is set"),
        ({"storage": str(tmp_path / "gone")}, "is not there"),
    ):
        farm = site.farm(**given)
        assert said in farm.check()
        errors = [p.message for p in farm.problems(submission) if p.severity is Severity.ERROR]
        assert any(said in message for message in errors)
        with pytest.raises(FarmError, match="."):
            farm.upload(submission, Path(submission.scene.path), Watch())
    farm = site.farm(transfer="raysync", storage="")
    with pytest.raises(FarmError, match="Set raysync_port"):
        farm.upload(submission, Path(submission.scene.path), Watch())
    farm = site.farm(transfer="raysync", storage="", raysync_port="high")
    with pytest.raises(SettingsError, match="raysync_port is 'high'"):
        farm.upload(submission, Path(submission.scene.path), Watch())


def test_a_line_of_the_settings_goes_first(site: Site, tmp_path: Path) -> None:
    submission = blender(site.shot)
    program = stand_in(tmp_path / "bin" / "transmitter", site.simulated.storage.root)
    given = {"transfer": "transmitter", "transmitter": str(program), "storage": ""}
    farm = site.ready(submission, **given, transfer_server="line.example", transfer_port=777)
    site.simulated.forget_requests()
    farm.upload(submission, Path(submission.scene.path), Watch())
    assert "transfer_config" not in site.calls()
    noted = (site.simulated.storage.root / ".transmitter" / "0001.json").read_text()
    assert "line.example" in noted
    assert "777" in noted


def test_a_farm_that_offers_no_line(site: Site, tmp_path: Path) -> None:
    submission = blender(site.shot)
    program = stand_in(tmp_path / "bin" / "transmitter", site.simulated.storage.root)
    farm = site.ready(submission, transfer="transmitter", transmitter=str(program), storage="")
    site.inject("transfer_config", kind="wrong_data", data={"resqEngines": []})
    with pytest.raises(FarmError, match="offers this account no line"):
        farm.upload(submission, Path(submission.scene.path), Watch())


def test_path_maps(site: Site) -> None:
    submission = with_files(blender(site.shot), site.shot, "tex/a.png")
    farm, number = site.sent(submission, path_maps=[[str(site.shot), "/P/film"]])
    account = site.simulated.account
    assert site.simulated.storage.place(account.input_bid, account.user_id, "/P/film/tex/a.png").exists()
    assert site.ended(farm, number).state is JobState.DONE


# -- whose storage


def test_a_sub_account_renders_with_the_main_accounts_files(site: Site, tmp_path: Path) -> None:
    main = site.simulated.account
    sub = Account("AKIDsub", "sub-key-sub", 7, "ana", main=main, share_main_capital=True)
    sub.input_bid, sub.output_bid = "10299", "20299"
    site.simulated.add_account(sub)
    submission = with_files(blender(site.shot), site.shot, "a.png")
    farm, number = site.sent(submission, account=sub)
    assert site.ended(farm, number).state is JobState.DONE
    assert site.simulated.storage.place(main.input_bid, main.user_id, submission.files[0].path).exists()
    assert not (site.simulated.storage.root / "10299").exists()
    got = fetch_all(farm, number, tmp_path / "got")
    assert len(got) == 3
    assert farm.account().facts["Kind"] == "sub-account"


def test_a_main_account_fetches_what_a_sub_account_rendered(site: Site, tmp_path: Path) -> None:
    """Where results are is said with the task: its storage and its user."""
    main = site.simulated.account
    sub = Account("AKIDsub", "sub-key-sub", 7, "ana", main=main)
    sub.output_bid = "20299"
    site.simulated.add_account(sub)
    farm, number = site.sent(blender(site.shot), account=sub)
    site.ended(farm, number)
    mine = site.farm(folder=tmp_path / "mine")
    wanted = [(output, tmp_path / "got" / output.path) for output in farm.outputs(number)]
    mine.fetch(number, wanted, Watch())
    assert len(list((tmp_path / "got").iterdir())) == 3


# -- which part and frame


def store(site: Site, number: str, *names: str) -> None:
    """Results of a job, in the place of what the farm made."""
    task = site.simulated.task(int(number))
    account = task.account
    for child in task.parts:
        top = site.simulated.storage.place(account.output_bid, account.user_id, child.output)
        shutil.rmtree(top, ignore_errors=True)
    for name in names:
        child = next((child for child in task.parts if name.startswith(f"{child.layer}/")), task.parts[0])
        place = site.simulated.storage.place(account.output_bid, account.user_id, f"{child.output}/{name}")
        site.simulated.storage.write(place, name.encode())


@pytest.mark.parametrize("dialect", ["current", "v3"])
def test_files_have_their_part_place_and_frame(make_site: Callable[..., Site], tmp_path: Path, dialect: str) -> None:
    site = make_site(dialect)
    farm, number = site.sent(maya(site.shot))
    site.ended(farm, number)
    names = ["beauty/shot-0001.exr", "beauty/AOV/deep/diffuse.0002.exr", "beauty/shot_v3.0003.exr", "beauty/notes.txt"]
    names += ["fog/shot.0010.exr", "fog/0012.exr", "fog/shot.0011.exr", "fog/fog/shot.0012.exr", "fog/shot12b.exr"]
    store(site, number, *names)
    got = fetch_all(farm, number, tmp_path / "got")
    assert {name: output.frame for name, output in got.items()} == {
        "0/shot-0001.exr": 1,
        "0/AOV/deep/diffuse.0002.exr": 2,
        "0/shot_v3.0003.exr": 3,
        "0/notes.txt": None,
        "1/shot.0010.exr": 10,
        "1/0012.exr": 12,
        "1/shot.0011.exr": None,
        "1/fog/shot.0012.exr": 12,
        "1/shot12b.exr": None,
    }


def test_layers_of_one_task_are_told_apart_by_their_folders(site: Site, tmp_path: Path) -> None:
    submission = replace(framed(maya(site.shot), "1-2", "1-2"), options={"layered": "false"})
    farm, number = site.sent(submission)
    assert site.ended(farm, number).state is JobState.DONE
    assert site.simulated.task(int(number)).children == []
    got = fetch_all(farm, number, tmp_path / "got")
    assert sorted(got) == [f"{part}/made_up.000{frame}.png" for part in (0, 1) for frame in (1, 2)]


def test_a_folder_of_a_single_part_stays(site: Site, tmp_path: Path) -> None:
    """A pass may be called as the layer is: taken out of its folder it would lie on the picture."""
    submission = framed(maya(site.shot), "1-2")
    submission = replace(submission, parts=submission.parts[:1])
    farm, number = site.sent(submission)
    site.ended(farm, number)
    store(site, number, "shot.0001.exr", "beauty/shot.0001.exr")
    assert sorted(fetch_all(farm, number, tmp_path / "got")) == ["0/beauty/shot.0001.exr", "0/shot.0001.exr"]


def test_cameras_are_told_apart_by_their_names(site: Site, tmp_path: Path) -> None:
    parts = tuple(
        part(f"beauty · {name}", "1-2", name, item="beauty", address=("beauty",)) for name in ("camA", "camB")
    )
    farm, number = site.sent(replace(maya(site.shot), parts=parts, cameras=("camA", "camB")))
    site.ended(farm, number)
    store(site, number, "camA/shot.0001.exr", "camB/shot.0001.exr", "shot_camB.0002.exr")
    assert sorted(fetch_all(farm, number, tmp_path / "got")) == [
        "0/camA/shot.0001.exr",
        "1/camB/shot.0001.exr",
        "1/shot_camB.0002.exr",
    ]


def test_negative_and_dashed_numbers(site: Site, tmp_path: Path) -> None:
    farm, number = site.sent(framed(blender(site.shot), "-2-3"))
    site.ended(farm, number)
    store(site, number, "a.-0002.png", "b-0003.png", "c-0001.png", "d.0002.png")
    got = fetch_all(farm, number, tmp_path / "got")
    assert {name: output.frame for name, output in got.items()} == {
        "0/a.-0002.png": -2,
        "0/b-0003.png": 3,
        "0/c-0001.png": -1,
        "0/d.0002.png": 2,
    }


def test_a_listing_that_leads_in_circles(site: Site) -> None:
    farm, number = site.sent(blender(site.shot))
    site.ended(farm, number)
    top = site.simulated.task(int(number)).output
    rows = [
        {"filePath": f"/{top}", "directory": True},
        {"filePath": "", "directory": True},
        {"filePath": "/other/job.png", "directory": False, "fileSize": 3},
        {"filePath": f"/{top}/a.0001.png", "directory": False, "fileSize": 3},
    ]
    site.inject("output_files", kind="wrong_data", data=rows, times=None)
    assert [output.path for output in farm.outputs(number)] == ["a.0001.png"]


def test_nothing_to_fetch_before_anything_is_there(make_site: Callable[..., Site]) -> None:
    site = make_site(auto=False)
    farm, number = site.sent(blender(site.shot))
    assert farm.outputs(number) == []
    site.simulated.tick(2)
    assert farm.outputs(number) == []
    farm.fetch(number, [], Watch())


# -- to stop and to go on


@pytest.mark.parametrize("way", ["folder", "transmitter"])
def test_fetching_stops_and_goes_on(site: Site, tmp_path: Path, way: str) -> None:
    with travelling(site, tmp_path, way) as given:
        farm, number = site.sent(framed(blender(site.shot), "1-9"), **given)
        site.ended(farm, number)
        wanted = [(output, tmp_path / "got" / output.path) for output in farm.outputs(number)]
        watch = Watch()
        came: list[Output] = []

        def done(output: Output) -> None:
            came.append(output)
            watch.cancel()

        with pytest.raises(Cancelled):
            farm.fetch(number, wanted, watch, done)
        assert 1 <= len(came)
        rest = [(output, path) for output, path in wanted if output not in came]
        farm.fetch(number, rest, Watch(), came.append)
        assert sorted(output.frame or 0 for output in came) == list(range(1, 10))
        assert sorted(os.listdir(tmp_path / "got")) == [f"made_up.000{number}.png" for number in range(1, 10)]


def test_uploading_stops_and_goes_on(site: Site) -> None:
    submission = with_files(blender(site.shot), site.shot, *(f"{number}.png" for number in range(6)))
    farm = site.ready(submission)
    watch = Watch()
    scene = Path(submission.scene.path)

    def told(done: float, total: float) -> None:
        if done:
            watch.cancel()

    with watch.telling(told), pytest.raises(Cancelled):
        farm.upload(submission, scene, watch)
    there = len(list(site.simulated.storage.root.rglob("*.png")))
    assert 1 <= there < 6
    before = {path: path.stat().st_ino for path in site.simulated.storage.root.rglob("*.png")}
    farm.upload(submission, scene, Watch())
    after = {path: path.stat().st_ino for path in site.simulated.storage.root.rglob("*.png")}
    assert len(after) == 6
    assert {path: after[path] for path in before} == before


def test_waiting_for_its_turn_can_be_stopped(site: Site) -> None:
    """One upload at a time; who waits hears Stop."""
    first = with_files(blender(site.shot), site.shot, "a.png")
    second: Submission = replace(first, id="second00")
    farm = site.ready(first)
    stopped = Watch()

    def told(done: float, total: float) -> None:
        stopped.cancel()
        with pytest.raises(Cancelled):
            farm.upload(second, Path(second.scene.path), stopped)

    farm.upload(first, Path(first.scene.path), Watch(told))
    assert stopped.cancelled
    farm.upload(second, Path(second.scene.path), Watch())
