"""Truncated, corrupt and hostile .hip files: a SceneError or a scene, quickly and in bounded memory; nothing else."""

from __future__ import annotations

import gzip
import time
import tracemalloc
from pathlib import Path

import pytest
from farmdeck._errors import Cancelled, SceneError
from farmdeck.scene import Scene
from farmdeck.scenes import read_scene
from farmdeck.scenes.houdini._hip import open_hip
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.make_hip import make_hip
from tests.scenes.houdini.hip_writer import Node, cpio, marked, members

SECONDS = 5.0
SMALL = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
NODES = [
    Node("/obj/cam1", "cam", {"res": (640, 480)}),
    Node("/obj/geo1", "geo"),
    Node("/obj/geo1/in", "file", {"file": "$HIP/`padzero(4, ch('n'))`.$F4.bgeo", "n": 1}, {"n": "ch('../out/f1')*2"}),
    Node("/out/m", "ifd", {"camera": "/obj/cam1", "vm_picture": "$HIP/a.$F4.exr", "f": (1, 9, 1), "trange": "normal"}),
    Node("/out/all", "merge", inputs=("m",)),
    Node("/out/f", "fetch", {"source": "../all"}),
]
FILES = members(
    NODES, extra={".OPfallbacks": b"a::Sop/b C:/x.hda\n", ".OPdummydefs": b"INDX" + b"\0" * 8 + b"\0\0\0\1"}
)
BASES = [cpio(FILES), marked(FILES), marked(FILES, b"HouNC\x1a")]


def tried(path: Path, raw: bytes) -> Scene | SceneError:
    path.write_bytes(raw)
    started = time.monotonic()
    result: Scene | SceneError
    try:
        result = read_scene(path)
    except SceneError as exc:
        assert exc.what and exc.fix
        result = exc
    assert time.monotonic() - started < SECONDS
    return result


@SMALL
@given(base=st.sampled_from(BASES), where=st.floats(0, 1))
def test_cut_short(base: bytes, where: float, tmp_path: Path) -> None:
    assert isinstance(tried(tmp_path / "a.hip", base[: int(where * (len(base) - 12))]), SceneError)


@SMALL
@given(base=st.sampled_from(BASES), data=st.data())
def test_bytes_changed(base: bytes, data: st.DataObject, tmp_path: Path) -> None:
    raw = bytearray(base)
    for _ in range(data.draw(st.integers(1, 20))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    tried(tmp_path / "a.hip", bytes(raw))


@SMALL
@given(data=st.data())
def test_members_changed(data: st.DataObject, tmp_path: Path) -> None:
    """The archive is whole, and what is in it is not what Houdini writes."""
    files = list(FILES)
    signs = st.text("abf$`'\"()[]{}\\\t\n .,/*+-0123456789", max_size=40)
    for _ in range(data.draw(st.integers(1, 4))):
        index = data.draw(st.integers(0, len(files) - 1))
        name, body = files[index]
        at = data.draw(st.integers(0, len(body)))
        files[index] = (name, body[:at] + data.draw(signs).encode() + body[at:])
    assert isinstance(tried(tmp_path / "a.hip", cpio(files)), Scene)


@pytest.mark.parametrize(
    "text",
    [
        "`" + "(" * 2_000 + "1" + ")" * 2_000 + "`.exr",
        "`" + "-" * 4_000 + "1`/.exr",
        "`" + "9^" * 1_000 + "9`/.exr",
        "`padzero(999999999, 1)`/.exr",
        "`{" + "{" * 2_000 + "}" * 2_000 + "}`/.exr",
        "`{ " + "if(1) " * 600 + "return 1; }`/.exr",
        "/" + "$F" * 20_000 + ".exr",
        '`chs("vm_picture")`/.exr',
        "`ch('a') + ch('b')`/a.exr",
        "`" * 9_999 + "/.exr",
        "/a/\0/.exr",
    ],
)
def test_expressions_that_never_end(text: str, tmp_path: Path) -> None:
    parms: dict[str, object] = {"vm_picture": text, "camera": text, "f": ("nan", "1e999", "-1e999"), "trange": "normal"}
    parms.update({f"p{n}": f"`ch('p{n + 1}') + ch('p{n + 1}')`" for n in range(30)})
    parms.update({"a": "`ch('p0')`", "b": "`ch('a')`", "p30": 1})
    files = members([Node("/out/m", "ifd", parms), Node("/mat/a", "thing", {"file": text, "map": text})])
    assert isinstance(tried(tmp_path / "a.hip", cpio(files)), Scene)


@pytest.mark.parametrize(("links", "reached"), [(15, True), (30, False)])
def test_parameters_that_ask_for_others(links: int, reached: bool, tmp_path: Path) -> None:
    parms: dict[str, object] = {f"p{n}": f"`chs('p{n + 1}')`" for n in range(links)}
    parms.update({f"p{links}": "end", "vm_picture": "/r/`chs('p0')`.exr"})
    read = tried(tmp_path / "a.hip", cpio(members([Node("/out/m", "ifd", parms)])))
    assert isinstance(read, Scene)
    assert read.items[0].output == ("/r/end.exr" if reached else parms["vm_picture"])


def test_a_path_of_a_thousand_networks(tmp_path: Path) -> None:
    path = "/obj" + "/a" * 1_900
    files = members([Node(path, "subnet"), Node(path + "/x", "file", {"file": "/a/b.bgeo"})])
    read = tried(tmp_path / "a.hip", cpio(files))
    assert isinstance(read, Scene)
    assert len(read.assets) == 1


def test_merges_of_merges(tmp_path: Path) -> None:
    nodes = [Node("/out/m0", "ifd")]
    nodes += [Node(f"/out/m{index}", "merge", inputs=(f"m{index - 1}", f"m{index // 2}")) for index in range(1, 300)]
    assert isinstance(tried(tmp_path / "a.hip", cpio(members(nodes))), Scene)


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        (gzip.compress(BASES[0]), "packed in a form"),
        (b'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="HOUDINIMIMEBOUNDARY0x1"\n', "written in a form"),
        (b"070701" + BASES[0][6:], "written in a form"),
        (cpio(FILES, end=False), "before its end mark"),
        (b"070707" + b"9" * 70 + b"x", "no member"),
        (BASES[0].replace(b"070707", b"070717").replace(b"070717", b"070707", 1), "no member"),
        (BASES[0][:65] + b"77777777777" + BASES[0][76:], "cut short in .start"),
    ],
)
def test_what_cannot_be_read_is_said(raw: bytes, word: str, tmp_path: Path) -> None:
    error = tried(tmp_path / "a.hip", raw)
    assert isinstance(error, SceneError)
    assert word in error.what


def test_a_huge_member_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.hip"
    size = 80 << 20
    files = [*FILES[:4], ("obj/geo1/lock.data", b""), *FILES[4:]]
    raw = cpio(files)
    at = raw.index(b"obj/geo1/lock.data")
    with path.open("wb") as file:
        file.write(raw[: at - 11] + f"{size:011o}".encode() + b"obj/geo1/lock.data\0")
        file.seek(size, 1)
        file.write(raw[at + 19 :])
    tracemalloc.start()
    try:
        read = read_scene(path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert [found.name for found in read.items] == ["/out/all", "/out/f", "/out/m"]
    assert peak < 16 << 20


def test_a_node_costs_a_part_of_its_size(tmp_path: Path) -> None:
    """What is held grows with the nodes' number, by less than a third of what they are in the file."""
    peaks, sizes = [], []
    for nodes in (400, 1_600):
        path = tmp_path / f"{nodes}.hip"
        make_hip(path, nodes)
        sizes.append(path.stat().st_size)
        tracemalloc.start()
        try:
            with open_hip(str(path)) as hip:
                assert len(hip.types) > nodes
                peaks.append(tracemalloc.get_traced_memory()[0])
        finally:
            tracemalloc.stop()
    assert peaks[1] - peaks[0] < (sizes[1] - sizes[0]) / 3


def test_reading_can_be_cancelled(tmp_path: Path) -> None:
    class Stop:
        def step(self, done: int, total: int) -> None:
            assert 0 <= done <= total
            raise Cancelled("Stopped.", "Start again.")

    (tmp_path / "a.hip").write_bytes(BASES[0])
    with pytest.raises(Cancelled):
        read_scene(tmp_path / "a.hip", watch=Stop())
