"""What lies where, in every notation: there and back."""

from __future__ import annotations

from pathlib import Path

import pytest
from farmdeck._errors import SettingsError
from farmdeck.farms.flamenco._places import JOBS, Places, Root, below, file_name, joined, make_places, parent, platform
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st

NAMES = st.text("abcXYZ019_ .é#", min_size=1, max_size=8).filter(lambda name: name.strip(" .") == name)
RESTS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
HERE = st.sampled_from(["/mnt/projects", "/", "P:/", "P:\\work", "\\\\nas\\share", "//nas/share", "/mnt/Projekte é"])
SENT = st.sampled_from(["{projects}", "{jobs}", "/srv/p", "W:\\p", "W:/", "\\\\nas\\p", "/"])


@given(HERE, SENT, RESTS)
@budget(max_examples=200, deadline=None)
def test_there_and_back(here: str, sent: str, rest: str) -> None:
    places = Places((Root(here, sent),))
    path = joined(here, rest)
    there = places.sent(path)
    assert there == joined(sent, rest)
    assert places.here(there or "") == path


@given(HERE, RESTS)
@budget(max_examples=100, deadline=None)
def test_below_undoes_joined(folder: str, rest: str) -> None:
    assert below(joined(folder, rest), folder) == rest
    assert below(folder, joined(folder, rest)) is None
    assert below(joined(folder, f"{rest}/../x"), folder) is None


@pytest.mark.parametrize(
    ("path", "folder", "rest"),
    [
        ("/mnt/projects2/a", "/mnt/projects", None),  # not a part of a name
        ("/mnt/Projects/a", "/mnt/projects", None),
        ("p:\\WORK\\a.exr", "P:/work", "a.exr"),
        ("//NAS/share/a", "\\\\nas\\share", "a"),
        ("{Jobs}/a", "{jobs}", "a"),
        ("{jobs}\\a\\b", "{jobs}", "a/b"),
        ("/mnt//projects/./a", "/mnt/projects/", "a"),
        ("/a\\b/c", "/a", None),  # a backslash is a letter there
        ("/mnt/projects", "/mnt/projects", ""),
        ("projects/a", "/projects", None),
        ("/anything", "", None),
    ],
)
def test_below(path: str, folder: str, rest: str | None) -> None:
    assert below(path, folder) == rest


def test_the_innermost_folder_counts_and_what_a_person_says_first(tmp_path: Path) -> None:
    variables = {"all": "/mnt", "shots": "/mnt/shots", "odd": "relative"}
    places = make_places("", "/mnt/farm/jobs", variables, {"path_maps": [["/mnt/shots", "S:/"]]})
    assert places.sent("/mnt/shots/a.exr") == "S:/a.exr"
    assert places.sent("/mnt/farm/jobs/a") == f"{JOBS}/a"
    assert places.sent("/mnt/b") == "{all}/b"
    assert places.sent("/home/ana/b") is None
    assert places.here("S:\\a.exr") == "/mnt/shots/a.exr"
    assert places.here("{shots}/b") == "/mnt/shots/b"
    assert places.here("{odd}/b") is None
    assert not places.mounted


def test_the_storage_where_it_is_mounted_here(tmp_path: Path) -> None:
    places = make_places(str(tmp_path), "/srv/flamenco", {}, {})
    assert places.mounted
    assert places.here(f"{JOBS}/renders/a/######") == f"{tmp_path}/renders/a/######"
    assert places.sent("/srv/flamenco/a") is None


@pytest.mark.parametrize("given", ["P:/", [["P:/"]], [["a", "/b"]], [5], ["P:/", "/mnt"]])
def test_path_maps_that_cannot_be_read(given: object) -> None:
    with pytest.raises(SettingsError, match="path map"):
        make_places("", "", {}, {"path_maps": given})


def test_parts_of_paths() -> None:
    assert (parent("P:\\a\\b.exr"), file_name("P:\\a\\b.exr")) == ("P:\\a", "b.exr")
    assert (parent("/a/b.exr"), file_name("{jobs}/b")) == ("/a", "b")
    assert [platform(name) for name in ("win32", "darwin", "linux", "freebsd13")] == [
        "windows",
        "darwin",
        "linux",
        "linux",
    ]
