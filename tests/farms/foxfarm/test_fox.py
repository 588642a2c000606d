"""The class for scripts: every call that the page shows, with what it sends and what it gives back."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from farmdeck._errors import BadFrames, BadInput, Cancelled, FarmError, UnknownJob
from farmdeck.farms.foxfarm import Fox, errors
from farmdeck.farms.foxfarm.ascp import run
from farmdeck.farms.foxfarm.fox import join_ids
from farmdeck.farms.foxfarm.paths import remote_path, scene_path
from hypothesis import given
from hypothesis import strategies as st

from tests.simulator.faults import Fault


@pytest.fixture
def shot(tmp_path: Path) -> Path:
    folder = tmp_path / "project" / "shot"
    folder.mkdir(parents=True)
    (folder / "lgt.ma").write_text("//Maya ASCII", encoding="utf-8")
    (folder / "images").mkdir()
    (folder / "images" / "a b.tx").write_text("pixels", encoding="utf-8")
    return folder


def calls(server) -> list[list[str]]:
    """What the stand-in program was called with."""
    log = server.storage / ".ascp.jsonl"
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()] if log.exists() else []


def render(server, times: int = 30) -> None:
    for _ in range(times):
        server.step()


# -- the page, 2016


def test_it_logs_in_when_it_is_made(fox, server):
    assert server.bodies("query_customer") == [{"login_name": server.account.account}]
    assert fox.account_id == server.account.id


@pytest.mark.parametrize(("account", "key"), [("nobody", "x"), ("lisa", "wrong")])
def test_a_wrong_account_is_told_at_once(server, account, key):
    with pytest.raises(errors.BadAccess):
        Fox(render_server=server.url, account=account, access_key=key, aspera_server="h", aspera_password="p")


def test_upload(fox, server, shot):
    scene, folder, gone = str(shot / "lgt.ma"), str(shot / "images"), str(shot / "gone.ma")
    assert fox.upload(path_list=[scene, folder, gone, scene]) == {scene: 0, folder: 0, gone: -1}
    user = f"{server.account.id}_upload"
    target = f"{user}@app5.renderbus.com:/{str(shot).lstrip('/')}"
    options = ["-P", "33001", "-O", "33001", "-d", "-p", "-l", "1000000", "--overwrite=older"]
    assert calls(server) == [[*options, scene, target], [*options, folder, target]]
    there = server.storage / user / server.account.id / str(shot).lstrip("/")
    assert (there / "lgt.ma").read_text(encoding="utf-8") == "//Maya ASCII"
    assert (there / "images" / "a b.tx").exists()


def test_the_same_file_is_skipped_unless_told(fox, server, shot):
    scene = str(shot / "lgt.ma")
    fox.upload([scene])
    there = server.storage / f"{server.account.id}_upload" / server.account.id / scene.lstrip("/")
    there.write_text("newer over there", encoding="utf-8")
    fox.upload([scene])
    assert there.read_text(encoding="utf-8") == "newer over there"
    fox.upload([scene], skip_same=0)
    assert there.read_text(encoding="utf-8") == "//Maya ASCII"
    assert "--overwrite=always" in calls(server)[-1]


def test_submit_task(fox, server):
    task = fox.submit_task(project_name="defaultProject", input_scene_path=r"v:\project\shot\lgt.ma", frames="1-10[1]")
    assert task == 5101184
    assert server.bodies("create_task") == [
        {
            "project_name": "defaultProject",
            "input_scene_path": "v/project/shot/lgt.ma",
            "frames": "1-10[1]",
            "submit_account": server.account.account,
            "cg_soft_name": "maya 2015",
            "plugin_name": "mtoa 1.2.3",
        }
    ]


def test_submit_task_with_extra_fields(fox, server):
    task_info = {
        "project_name": "defaultProject",
        "input_scene_path": r"E:\test_files\2014_api_camera_layer.mb",
        "frames": "1073-1073[1]",
        "render_layer": "ball",
        "camera": "camera1",
    }
    assert isinstance(fox.submit_task(**task_info), int)
    (body,) = server.bodies("create_task")
    assert body["input_scene_path"] == "E/test_files/2014_api_camera_layer.mb"
    assert (body["render_layer"], body["camera"], body["frames"]) == ("ball", "camera1", "1073-1073[1]")


def test_download(fox, server, shot, tmp_path):
    scene = str(shot / "lgt.ma")
    fox.upload([scene])
    task = fox.submit_task(project_name="defaultProject", input_scene_path=scene.lstrip("/"), frames="1-2[1]")
    render(server)
    output = tmp_path / "out"
    assert fox.download(task_id=task, local_path=str(output)) == 0
    assert sorted(file.name for file in output.rglob("*.png")) == ["lgt.0001.png", "lgt.0002.png"]
    user = f"{server.account.id}_download"
    assert calls(server)[-1][-2:] == [f"{user}@app5.renderbus.com:/{task}_lgt", str(output)]


def test_queries(fox, server):
    for name in ("lgt", "anim"):
        fox.submit_task(project_name="defaultProject", input_scene_path=f"v:/{name}.ma", frames="1-3")
    assert fox.get_users()[0]["login_name"] == server.account.account
    assert [project["project_name"] for project in fox.get_projects()] == ["defaultProject"]
    assert fox.get_projects(project_name="defaultProject")[0]["plugins"][0]["cg_soft_name"] == "maya 2015"
    assert fox.get_projects(project_name="none") == []
    assert [item["task_id"] for item in fox.get_tasks()] == ["5101184", "5101185"]
    assert fox.get_tasks(project_name="defaultProject", task_id=5101184)[0]["frames"] == "1-3"
    assert fox.get_tasks(task_id=1) == []
    render(server, 1)
    assert fox.get_tasks(task_filter={"project_name": "defaultProject", "task_status": "System_Done"}) == []
    failed = fox.get_tasks(task_filter={"project_name": "defaultProject", "task_status": "AnalyseFailed"})
    assert len(failed) == 2  # nothing was uploaded
    assert "jobs" not in fox.get_tasks()[0]


def test_tasks_with_frames(fox, server, shot):
    scene = str(shot / "lgt.ma")
    fox.upload([scene])
    task = fox.submit_task(project_name="defaultProject", input_scene_path=scene.lstrip("/"), frames="106-107[1]")
    render(server)
    (item,) = fox.get_tasks(task_id=task, has_frames=1)
    assert [(job["job_name"], job["job_status"]) for job in item["jobs"]] == [
        ("frame0106", "Done"),
        ("frame0107", "Done"),
    ]
    assert item["fee"] == "RMB:0.10"


def test_the_accounts_below(fox, server):
    from tests.simulator.fox import FoxAccount

    server.add_account(FoxAccount("frank01", "k", "7", parent=server.account.account))
    assert [user["login_name"] for user in fox.get_users(has_child_account=1)] == [server.account.account, "frank01"]


# -- what the later releases added, 2017


def test_stop_restart_delete(fox, server):
    first, second = (
        fox.submit_task(project_name="defaultProject", input_scene_path=f"{name}.ma", frames="1") for name in "ab"
    )
    assert fox.stop_tasks([first]) is True
    assert server.bodies("operate_task")[-1] == {"task_id": str(first), "operate_order": "0"}
    assert fox.stop_tasks(second) is True
    assert fox.restart_tasks([first, second], "4") is True
    last = server.bodies("operate_task")[-1]
    assert last == {"task_id": f"{first},{second}", "operate_order": "1", "restart_type": "4"}
    assert fox.delete_tasks([str(first), second]) is True
    assert fox.get_tasks() == []
    with pytest.raises(BadInput, match="restart_type"):
        fox.restart_tasks(first, "9")
    with pytest.raises(errors.BadValue):
        fox.delete_tasks(1)


def test_projects(fox, server):
    done, number = fox.create_project("api", render_os="Linux", remark="ours")
    assert (done, number) == (True, 902)
    assert fox.add_project_config(number, "maya 2015", "mtoa 1.2.3", is_default=1)
    assert fox.add_project_config(number, "maya 2016")
    configs = fox.get_project_plugins_config("api")
    assert [config["is_default"] for config in configs] == ["1", "0"]
    assert fox.modify_project_config(number, configs[1]["config_id"], "maya 2016", is_default=1)
    assert [config["is_default"] for config in fox.get_project_plugins_config("api")] == ["0", "1"]
    assert fox.delete_project_config(number, configs[0]["config_id"])
    assert [config["cg_soft_name"] for config in fox.get_project_plugins_config("api")] == ["maya 2016"]
    assert fox.delete_project_config(number)
    assert fox.get_project_plugins_config("api") == []
    with pytest.raises(errors.BadValue):
        fox.create_project("no spaces")
    with pytest.raises(FarmError, match="exists"):
        fox.create_project("api")


def test_plugins(fox, tmp_path):
    done, found = fox.get_plugins_available(cg_soft_name="3ds Max")
    assert (done, found) == (True, [{"cg_soft_name": "3ds Max 2010", "plugin_name": "finalrender 3.5sp6"}])


def test_the_transmitter_of_2017(server, ascp, shot, tmp_path):
    who = server.account
    fox = Fox(server.url, who.account, who.access_key, transmitter=str(ascp))
    scene = str(shot / "lgt.ma")
    assert fox.upload([scene]) == {scene: 0}
    folder = str(shot).lstrip("/")
    line = ["aspera", "main", "127.0.0.1", "10221"]
    assert calls(server)[-1] == [*line, who.upload_id, who.id, "upload_files", scene, f"/{folder}"]
    task = fox.submit_task(project_name="defaultProject", input_scene_path=scene.lstrip("/"), frames="5")
    render(server)
    assert fox.download(task, str(tmp_path / "out")) == 0
    assert calls(server)[-1] == [*line, who.download_id, who.id, "download_files", str(tmp_path / "out"), f"{task}_lgt"]
    assert (tmp_path / "out" / f"{task}_lgt" / "lgt.0005.png").exists()
    fox.close()


# -- wrong use, and what breaks


@pytest.mark.parametrize("missing", ["project_name", "input_scene_path", "frames"])
def test_submit_task_names_what_it_lacks(fox, server, missing):
    whole = {"project_name": "defaultProject", "input_scene_path": "a.ma", "frames": "1"}
    with pytest.raises(BadInput, match=missing):
        fox.submit_task(**{key: value for key, value in whole.items() if key != missing})
    assert server.bodies("create_task") == []


@pytest.mark.parametrize("frames", ["1-", "10-1", "1-10[0]", "1x2", ",".join(map(str, range(100, 130)))])
def test_frames_that_the_farm_would_refuse(fox, server, frames):
    with pytest.raises(BadFrames):
        fox.submit_task(project_name="defaultProject", input_scene_path="a.ma", frames=frames)
    assert server.bodies("create_task") == []


def test_a_project_that_cannot_render(fox, server):
    task = {"input_scene_path": "a.ma", "frames": "1"}
    with pytest.raises(BadInput, match="no project"):
        fox.submit_task(project_name="none", **task)
    fox.create_project("empty")
    with pytest.raises(BadInput, match="no plug-in settings"):
        fox.submit_task(project_name="empty", **task)
    for software in ("maya 2014", "maya 2015"):
        fox.add_project_config(902, software)
    with pytest.raises(BadInput, match="default"):
        fox.submit_task(project_name="empty", **task)
    fox.delete_project_config(902, server.projects[902]["plugins"][0]["config_id"])
    assert fox.submit_task(project_name="empty", **task)  # the only one left is it
    assert server.bodies("create_task")[-1]["cg_soft_name"] == "maya 2015"


def test_a_lost_answer_is_never_sent_again(fox, server):
    server.inject(Fault("create_task", "drop_after"))
    with pytest.raises(errors.NoAnswer):
        fox.submit_task(project_name="defaultProject", input_scene_path="a.ma", frames="1")
    assert len(server.tasks) == 1


def test_paths_in_one_text(fox):
    with pytest.raises(BadInput):
        fox.upload("/a/b.ma")


def test_a_task_that_is_not_there(fox, tmp_path):
    with pytest.raises(UnknownJob, match="77"):
        fox.download(77, str(tmp_path))


def test_a_wrong_password_is_an_exit_code(fox, server, shot):
    scene = str(shot / "lgt.ma")
    assert fox.upload([scene], password="wrong") == {scene: 1}
    assert "ASPERA_SCP_PASS" not in os.environ


def test_without_the_program(server, shot):
    who = server.account
    fox = Fox(server.url, who.account, who.access_key, "app5", "p", ascp="no-such-program")
    with pytest.raises(FarmError, match="no-such-program"):
        fox.upload([str(shot)])
    fox.close()


def test_a_running_program_can_be_stopped(tmp_path):
    script, pid = tmp_path / "hangs", tmp_path / "pid"
    script.write_text(f'#!/bin/sh\necho $$ > "{pid}.new"\nmv "{pid}.new" "{pid}"\nexec sleep 60\n', encoding="utf-8")
    script.chmod(0o755)

    def stop():
        if pid.exists():
            raise Cancelled("Stopped.", "Start again.")

    with pytest.raises(Cancelled):
        run([str(script)], {}, stop)
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text(encoding="utf-8")), 0)


def test_what_a_program_says_has_no_secret(tmp_path):
    script = tmp_path / "says"
    script.write_text('#!/bin/sh\nread answer\necho "$answer pass is $ASPERA_SCP_PASS"\nexit 3\n', encoding="utf-8")
    script.chmod(0o755)
    ended = run([str(script)], {"ASPERA_SCP_PASS": "hunter2"}, lambda: None)
    assert (ended.code, ended.said) == (3, "y pass is •••")


def test_nothing_secret_in_a_repr(fox, server):
    text = repr(fox) + repr(fox._carrier(None))
    assert server.account.access_key not in text
    assert "pa ss" not in text


# -- ids and paths


@given(st.lists(st.integers(1, 10**9), min_size=1))
def test_ids_are_joined(ids):
    assert join_ids(ids) == ",".join(map(str, ids)) == join_ids([str(id) for id in ids])
    assert join_ids(ids[:1]) == str(ids[0]) == join_ids(ids[0])


@pytest.mark.parametrize("none", [[], "", " "])
def test_no_id(none):
    with pytest.raises(BadInput):
        join_ids(none)


@pytest.mark.parametrize(
    ("local", "scene", "remote"),
    [
        (r"v:\project\shot\lgt.ma", "v/project/shot/lgt.ma", "v/project/shot/lgt.ma"),
        ("D:/maya/zulu.mb", "D/maya/zulu.mb", "D/maya/zulu.mb"),
        ("/home/ann/a.ma", "/home/ann/a.ma", "home/ann/a.ma"),
        (r"\\srv\share\é.ma", "//srv/share/é.ma", "srv/share/é.ma"),
    ],
)
def test_paths(local, scene, remote):
    assert scene_path(local) == scene
    assert remote_path(local) == remote
