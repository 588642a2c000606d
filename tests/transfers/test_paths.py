"""Local paths at the farm and back."""

from __future__ import annotations

import string

import pytest
from farmdeck._errors import BadInput
from farmdeck.transfers.paths import canonical, explain, read_maps, to_farm, to_local
from hypothesis import assume, given
from hypothesis import strategies as st

MAPS = read_maps([("/mnt/projects", "/D/projects"), (r"\\nas\work", "/E/work"), ("Z:/", "//farm-nas/z")])

names = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="/\\:\x7f"), min_size=1, max_size=12
).filter(lambda name: name not in (".", "..") and name[-1] not in ". ")
tails = st.lists(names, max_size=5)
drives = st.builds(lambda drive, tail: "/".join([f"{drive}:", *tail]), st.sampled_from(string.ascii_letters), tails)
shares = st.builds(
    lambda server, share, tail: "\\\\" + "\\".join([server, share, *tail]),
    names.filter(lambda name: name != "?"), names, tails,
)  # fmt: skip
posix = st.builds(lambda tail: "/" + "/".join(tail), tails)
mapped = st.builds(lambda root, tail: "/".join([root, *tail]), st.sampled_from(["/mnt/projects", "Z:"]), tails)
anything = st.one_of(drives, shares, posix, mapped)


def accepted(path, maps=()):
    try:
        return to_farm(path, maps)
    except BadInput:
        return None


@pytest.mark.parametrize(
    ("local", "farm"),
    [
        ("D:/w/a.exr", "/D/w/a.exr"),
        (r"d:\w\a.exr", "/D/w/a.exr"),
        (r"D:\w\\.\a.exr", "/D/w/a.exr"),
        ("\\\\?\\D:\\w\\a.exr", "/D/w/a.exr"),
        (r"\\server\share\a.exr", "//server/share/a.exr"),
        ("\\\\?\\UNC\\server\\share\\a.exr", "//server/share/a.exr"),
        ("//server/share/a.exr", "//server/share/a.exr"),
        ("/home/u/a.exr", "/home/u/a.exr"),
        ("/home//u/./a.exr", "/home/u/a.exr"),
        ("/home/u/a:b.exr", "/home/u/a:b.exr"),
        ("D:/测试/é e\N{COMBINING ACUTE ACCENT}.exr", "/D/测试/é e\N{COMBINING ACUTE ACCENT}.exr"),
        ("D:/", "/D"),
    ],
)
def test_where_a_path_goes(local, farm):
    assert to_farm(local) == farm
    assert to_local(farm) == canonical(local)
    assert to_farm(canonical(local)) == farm


@pytest.mark.parametrize(
    ("local", "why"),
    [
        ("scene.ma", "does not begin"),
        ("", "does not begin"),
        ("D:scene.ma", "does not begin"),
        ("D:/a/../b", "absolute"),
        ("/a/..", "absolute"),
        ("D:/a./b", "dot or a blank"),
        ("D:/a /b", "dot or a blank"),
        ("/home/a\nb", "control"),
        ("/home/a\x7fb", "control"),
        ("/home/a\udcffb", "no readable text"),
        ("D:/a:b", "colon"),
        (r"/home/a\b", "backslash"),
        (r"\\server", "names no folder"),
        (r"\\D\share\a", "drive"),
        ("\\\\.\\PhysicalDrive0", "dot|folder"),
        ("/D/w/a.exr", "place of D:/w/a.exr"),
        ("/d/w/a.exr", "place of D:/w/a.exr"),
    ],
)
def test_what_is_refused(local, why):
    with pytest.raises(BadInput, match=why) as caught:
        to_farm(local)
    assert caught.value.fix
    assert explain(local) == str(caught.value)


@given(anything)
def test_every_path_comes_back(path):
    for maps in ((), MAPS):
        farm = accepted(path, maps)
        if farm is not None:
            assert to_local(farm, maps) == canonical(path)


@given(drives, shares, posix)
def test_the_usual_kinds_are_accepted(drive, share, plain):
    assert accepted(drive) is not None
    assume(len(share.split("\\")[2]) > 1)
    assert accepted(share) is not None
    assume(len(plain.split("/")[1]) > 1)
    assert accepted(plain) is not None


@given(anything, anything, st.sampled_from([(), MAPS]))
def test_no_two_paths_meet_at_the_farm(one, other, maps):
    places = [accepted(one, maps), accepted(other, maps)]
    assume(None not in places)
    if places[0] == places[1]:
        assert canonical(one) == canonical(other)


letters = st.lists(st.sampled_from(["a", "b", "D", "E", "projects"]), min_size=1, max_size=3)
few = st.builds(lambda root, tail: root + "/".join(tail), st.sampled_from(["/", "D:/", "//", "e:/", "/mnt/"]), letters)
few_maps = st.lists(
    st.tuples(
        st.builds(lambda root, tail: root + "/".join(tail), st.sampled_from(["/", "D:/", "/mnt/"]), letters),
        st.builds(lambda root, tail: root + "/".join(tail), st.sampled_from(["/", "//srv/"]), letters),
    ),
    max_size=3,
)


@given(few, few, few_maps)
def test_whatever_the_maps_no_two_paths_meet(one, other, pairs):
    """Few names, so that they do collide."""
    maps = read_maps(pairs)
    for path in (one, other):
        farm = accepted(path, maps)
        if farm is not None and not path.startswith("//"):
            assert to_local(farm, maps) == canonical(path)
    places = [accepted(one, maps), accepted(other, maps)]
    if None not in places and places[0] == places[1]:
        assert canonical(one).lower() == canonical(other).lower()


def test_maps_go_by_whole_names_and_the_longest_wins():
    maps = read_maps([("/mnt", "/X"), ("/mnt/projects", "/D/p")])
    assert to_farm("/mnt/projects/a", maps) == "/D/p/a"
    assert to_farm("/mnt/projectsold/a", maps) == "/X/projectsold/a"
    assert to_farm("/mnt/projects", maps) == "/D/p"
    assert to_local("/D/p/a", maps) == "/mnt/projects/a"


def test_a_map_makes_room_for_what_is_refused():
    assert to_farm("/d/w/a", read_maps([("/d", "/Q")])) == "/Q/w/a"
    assert to_farm(r"\\n\share\a", read_maps([(r"\\n\share", "/N")])) == "/N/a"


def test_windows_prefixes_do_not_tell_capitals():
    maps = read_maps([(r"\\NAS\Work", "/E/work")])
    assert to_farm(r"\\nas\work\Shot.ma", maps) == "/E/work/Shot.ma"
    assert to_local("/E/work/Shot.ma", maps) == "//NAS/Work/Shot.ma"


def test_maps_that_put_two_places_together_are_refused_by_name():
    with pytest.raises(BadInput, match=r"place of /mnt/projects/a"):
        to_farm("D:/projects/a", MAPS)


@pytest.mark.parametrize("pair", [("a", "/b"), ("/a", "b"), ("/a",), ("/a", "/../b")])
def test_bad_maps(pair):
    with pytest.raises(BadInput):
        read_maps([pair])


def test_a_person_sees_where_it_goes():
    assert explain("D:/w/a.exr") == "D:/w/a.exr is /D/w/a.exr at the farm."
    assert explain("/mnt/projects/a", MAPS) == (
        "/mnt/projects/a is /D/projects/a at the farm, by the map /mnt/projects to /D/projects."
    )
    assert "shows it as /server/share/a" in explain(r"\\server\share\a")


@pytest.mark.parametrize(
    ("local", "remote"),
    [
        ("D:/w/a", "/D/w/a"),
        (r"D:\w\a", "/D/w/a"),
        (r"\\srv\share\a", "/srv/share/a"),
        ("/home/u/a", "home/u/a"),
    ],
)
def test_a_file_lies_where_the_vendor_s_client_puts_it(local, remote):
    """`convert_path` of rayvision_api 3.0.4.3; slashes at the beginning make no difference to the storage."""
    assert to_farm(local).lstrip("/") == remote.lstrip("/")


@pytest.mark.parametrize("local", ["scene.ma", "", "D:/a:b", r"/home/a\b", "D:a"])
def test_where_the_vendor_s_client_is_silently_wrong_we_refuse(local):
    with pytest.raises(BadInput):
        to_farm(local)
