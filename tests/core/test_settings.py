"""The settings file: merged, checked, changed with its comments, never lost."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from farmdeck import settings
from farmdeck._errors import SettingsError, UnknownFarm


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    studio = tmp_path / "studio.toml"
    studio.write_text("", encoding="utf-8")
    return {"FARMDECK_HOME": str(tmp_path / "home"), "FARMDECK_STUDIO_SETTINGS": str(studio)}


def write_user(environ: dict[str, str], text: str) -> Path:
    path = settings.user_file(environ)
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_nothing_set_is_one_local_farm(environ):
    loaded = settings.load(environ)
    assert list(loaded.farms) == ["local"]
    assert loaded.farm("local") == settings.FarmSettings("local", "local", {})
    assert (loaded.local, loaded.agent) == ({}, {})


def test_user_over_studio_key_by_key(environ):
    Path(environ["FARMDECK_STUDIO_SETTINGS"]).write_text(
        '[local]\nprocesses = 1\nretries = 2\n[farms.big]\nkind = "flamenco"\nurl = "a"\n', encoding="utf-8"
    )
    write_user(environ, '[local]\nprocesses = 4\n[farms.big]\nurl = "b"\n[farms.own]\nkind = "renderbus"\n')
    loaded = settings.load(environ)
    assert loaded.local == {"processes": 4, "retries": 2} == loaded.farms["local"].values
    assert loaded.farms["big"] == settings.FarmSettings("big", "flamenco", {"url": "b"})
    assert loaded.farms["own"].kind == "renderbus"


def test_an_unknown_farm_is_named(environ):
    with pytest.raises(UnknownFarm, match="nope.*local"):
        settings.load(environ).farm("nope")


def test_a_studio_file_that_is_named_must_be_there(environ):
    os.unlink(environ["FARMDECK_STUDIO_SETTINGS"])
    with pytest.raises(SettingsError, match="FARMDECK_STUDIO_SETTINGS"):
        settings.load(environ)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[local]\nprocesses = \n", "line 2"),
        ("[local]\n\n[lcoal]\n", 'line 3: "lcoal"'),
        ("agent = 3\n", "line 1: agent is not a table"),
        ("[farms]\n# mine\nbig = 3\n", "line 3: farms.big is not a table"),
        ('[farms.local]\nkind = "flamenco"\n', "line 1: the farm local is this machine"),
        ("[farms.big]\nkind = 7\n", "line 1: farms.big.kind"),
        ('[farms."a b"]\nkind = "x"\n', "cannot be a farm's name"),
        ("[farms.big]\nurl = 'x'\n", "big has no kind"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(environ, text, said):
    path = write_user(environ, text)
    with pytest.raises(SettingsError) as caught:
        settings.load(environ)
    assert said in str(caught.value)
    assert "no kind" in said or str(path) in str(caught.value)


@pytest.mark.parametrize("broken", [b"[local\n", b"\xff\xfe[", b"[other]\n"])
def test_a_broken_file_is_never_written(environ, broken):
    path = write_user(environ, "")
    path.write_bytes(broken)
    for change in (
        lambda: settings.add_farm("big", "flamenco", {}, environ),
        lambda: settings.set_value("local.processes", 2, environ),
        lambda: settings.remove_farm("big", environ),
    ):
        with pytest.raises(SettingsError):
            change()
    assert path.read_bytes() == broken
    assert os.listdir(path.parent) == ["settings.toml"]


def test_comments_order_and_line_ends_stay(environ):
    text = "# mine\r\n[agent]  # the agent\r\nidle = 5 # minutes\r\n"
    path = write_user(environ, "")
    path.write_bytes(text.encode())
    settings.set_value("agent.idle", 7, environ)
    assert path.read_bytes() == text.replace("= 5", "= 7").encode()


def test_add_and_remove_a_farm(environ):
    path = write_user(environ, "# keep me\n[local]\nprocesses = 1\n")
    settings.add_farm("big", "flamenco", {"url": "http://farm.invalid", "depth": [1, 2]}, environ)
    loaded = settings.load(environ)
    assert loaded.farms["big"].values == {"url": "http://farm.invalid", "depth": [1, 2]}
    settings.add_farm("big", "flamenco", {"url": "other"}, environ)
    assert settings.load(environ).farms["big"].values == {"url": "other"}
    settings.remove_farm("big", environ)
    assert list(settings.load(environ).farms) == ["local"]
    assert path.read_text(encoding="utf-8").startswith("# keep me\n[local]\nprocesses = 1\n")


def test_set_value_makes_tables_and_takes_values_away(environ):
    settings.set_value("local.blender.path", "/opt/b", environ)
    assert settings.load(environ).local == {"blender": {"path": "/opt/b"}}
    settings.set_value("local.blender.path", None, environ)
    settings.set_value("agent.never.set", None, environ)
    assert settings.load(environ).local == {"blender": {}}


@pytest.mark.parametrize("dotted", ["local", "", "local.", "local..x", "other.x", "farms.big.url", "farms.local.x"])
def test_a_value_that_cannot_be_set_changes_nothing(environ, dotted):
    path = write_user(environ, "[agent]\nidle = 5\n")
    with pytest.raises(SettingsError):
        settings.set_value(dotted, 1, environ)
    assert path.read_text(encoding="utf-8") == "[agent]\nidle = 5\n"


def test_secrets_are_refused(environ):
    with pytest.raises(SettingsError, match="secret"):
        settings.add_farm("big", "renderbus", {"secret": "hunter2"}, environ)
    with pytest.raises(SettingsError) as caught:
        settings.set_value("local.password", "hunter2", environ)
    assert "hunter2" not in str(caught.value)
    assert not settings.user_file(environ).exists()


def test_the_studio_s_farm_is_not_ours_to_remove(environ):
    Path(environ["FARMDECK_STUDIO_SETTINGS"]).write_text('[farms.big]\nkind = "flamenco"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match="studio"):
        settings.remove_farm("big", environ)
    with pytest.raises(SettingsError, match="this machine"):
        settings.remove_farm("local", environ)


def test_a_link_and_the_mode_stay(environ, tmp_path):
    real = tmp_path / "dotfiles.toml"
    real.write_text("", encoding="utf-8")
    real.chmod(0o640)
    link = settings.user_file(environ)
    link.parent.mkdir()
    link.symlink_to(real)
    settings.set_value("agent.idle", 7, environ)
    assert link.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert "idle = 7" in real.read_text(encoding="utf-8")


def test_a_write_that_fails_leaves_the_old_file(environ, monkeypatch):
    path = write_user(environ, "[agent]\nidle = 5\n")

    def full(fd):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SettingsError, match="No space"):
        settings.set_value("agent.idle", 7, environ)
    assert path.read_text(encoding="utf-8") == "[agent]\nidle = 5\n"
    assert os.listdir(path.parent) == ["settings.toml"]
