"""The statements of a .ma: found in any stream, whatever its strings hold and wherever it is cut into pieces."""

from __future__ import annotations

import io
import tracemalloc
from pathlib import Path

import pytest
from farmdeck._errors import Cancelled, SceneError
from farmdeck.scenes import read_scene
from farmdeck.scenes.maya import _statements
from farmdeck.scenes.maya._ascii import read_ascii, words
from farmdeck.scenes.maya._statements import Statements, Wanted
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.make_maya import make_ma, make_mb
from tests.scenes.maya.conftest import Written

WANTED = Wanted(("camera", "file"), ("ftn", "rnd"), ("dso",))
SMALL = settings(max_examples=150, deadline=None)


def wanted_of(text: bytes, piece: int = 1 << 20) -> list[bytes]:
    """The statements of a text that is read in pieces of that size; all about nodes that are wanted."""
    before, _statements.CHUNK = _statements.CHUNK, piece
    try:
        found = Statements(io.BytesIO(text), len(text), WANTED, None)
        listed = []
        for statement in found:
            listed.append(statement)
            if statement.startswith(b"createNode"):
                found.inside = b"camera" in statement or b"file" in statement
        return listed
    finally:
        _statements.CHUNK = before


def quoted(text: str) -> str:
    """A text as a .ma writes it."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


PIECES = [*'ab;"\\\n\t(){}+/', "\ncreateNode file -n x;\n", '\n\tsetAttr ".ftn" 1;', "\n// x\n", "é表"]
AWKWARD = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)


@SMALL
@given(texts=st.lists(AWKWARD, max_size=5), piece=st.integers(1, 90))
def test_strings_hide_nothing_and_add_nothing(texts: list[str], piece: int) -> None:
    """Nodes with any notes between the textures: exactly the textures' paths are found, as written."""
    lines, expected = ["//Maya ASCII 2024 scene"], []
    for index, text in enumerate(texts):
        lines += [f'createNode script -n "s{index}";', f'\tsetAttr ".b" -type "string" {quoted(text)};']
        lines += [f'createNode file -n "f{index}";', f'\tsetAttr ".ftn" -type "string" {quoted(text)};']
        expected.append(text)
    raw = ("\n".join(lines) + "\n").encode()
    found = [s for s in wanted_of(raw, piece) if b'".ftn"' in s.split(b"-type")[0]]
    assert [words(s.decode())[-1].text for s in found] == expected


@SMALL
@given(data=st.binary(max_size=300), piece=st.integers(1, 50))
def test_noise_ends(data: bytes, piece: int) -> None:
    for statement in wanted_of(b"//Maya\n" + data, piece):
        assert statement in b"//Maya\n" + data


@SMALL
@given(text=AWKWARD, rest=AWKWARD)
def test_words_are_what_was_written(text: str, rest: str) -> None:
    joined = f'setAttr ".b" -type "string" ({quoted(text)}\n\t\t+ {quoted(rest)});'
    assert [word.text for word in words(joined)] == ["setAttr", ".b", "-type", "string", text + rest]


def test_numbers_are_words() -> None:
    assert [word.text for word in words('setAttr ".fs" -1.5e+05;')] == ["setAttr", ".fs", "-1.5e+05"]


def test_a_statement_may_go_on_over_lines_and_pieces() -> None:
    text = b'//Maya\ncreateNode file\n\t\t-n "one"\n\t\t;\n\tsetAttr ".ftn"\n\t\t-type "string"\n\t\t"a;b.png";\n'
    for piece in range(1, len(text)):
        assert len(wanted_of(text, piece)) == 2


def test_a_statement_may_follow_a_comment() -> None:
    text = b'//Maya\n// it\'s\n\ncreateNode file -n "f";\n// a "quote\n\tsetAttr ".ftn" 1; // so\ncreateNode camera;\n'
    for piece in range(1, len(text)):
        found = [s[:7] for s in wanted_of(text, piece) if not s.startswith(b"//")]
        assert found == [b"createN", b"setAttr", b"createN"]


def test_a_line_of_numbers_that_looks_like_a_statement_is_none() -> None:
    text = b'createNode camera -n "c";\n\tsetAttr ".x" 1 2\nsetAttr ".rnd" 3;\n\tsetAttr ".rnd" no;\n'
    assert wanted_of(text)[-1:] == [b'setAttr ".rnd" no;'] and len(wanted_of(text)) == 2


@pytest.mark.parametrize("codeset, name", [("1252", "Fußweg"), ("932", "表示"), ("UTF-8", "表示é"), ("936", "中文")])
def test_code_pages(codeset: str, name: str, written: Written) -> None:
    """932 and 936 have characters whose second byte is a backslash: `表` is one."""
    text = f'createNode script -n "s";\n\tsetAttr ".b" -type "string" "x {name[0]}";\n'
    text += f'createNode file -n "f";\n\tsetAttr ".ftn" -type "string" "tex/{name}.png";\n'
    scene = read_scene(written(text, codeset=codeset))
    assert [row.path for row in scene.assets] == [f"tex/{name}.png"] and not scene.problems[1:]


def test_an_unknown_code_page_harms_nothing(written: Written) -> None:
    path = written('createNode file -n "f";\n\tsetAttr ".ftn" -type "string" "a.png";')
    path.write_bytes(path.read_bytes().replace(b"UTF-8", b"klingon-7"))
    assert [row.path for row in read_scene(path).assets] == ["a.png"]


def test_a_large_file_is_streamed(tmp_path: Path) -> None:
    make_ma(tmp_path / "large.ma", 40)
    tracemalloc.start()
    table = read_ascii(str(tmp_path / "large.ma"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(list(table.of_type("file"))) > 10
    assert peak < 24 << 20


def test_the_two_large_files_of_the_benchmark_are_alike(tmp_path: Path) -> None:
    make_ma(tmp_path / "large.ma", 2)
    make_mb(tmp_path / "large.mb", 2)
    one, other = (read_scene(tmp_path / f"large.{kind}") for kind in ("ma", "mb"))
    assert one.frames == other.frames == "1001-1250" and one.software == other.software
    assert one.items[0].output == other.items[0].output and one.items[0].cameras == ("persp", "shotCam")


def test_a_statement_that_is_absurdly_long_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_statements, "LONGEST", 1000)
    text = b'createNode file -n "f";\n\tsetAttr ".ftn" -type "string" "' + b"a" * 5000 + b'";\n'
    found = wanted_of(text + b'createNode camera -n "c";\n', 100)
    assert [s[:18] for s in found] == [b"createNode file -n", b"createNode camera "]


@pytest.mark.parametrize("piece", range(1, 12))
def test_an_endless_line_is_not_kept(piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor is an escape in it cut in two."""
    monkeypatch.setattr(_statements, "_LONGEST_LINE", 40)
    text = b'createNode x;\n\tsetAttr ".b" "' + b'\\\\\\"a' * 50 + b'";\ncreateNode camera -n "c";\n'
    assert wanted_of(text, piece) == [b'createNode camera -n "c";']


def test_too_many_nodes_are_refused(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("farmdeck.scenes.maya._table.MAX_KEPT", 50)
    with pytest.raises(SceneError, match="absurd number of nodes"):
        read_scene(written('createNode camera -n "c" -p "p";\n' * 60))


class Steps:
    """Counts the steps, and stops at the one after `last`."""

    def __init__(self, last: int = 10**9) -> None:
        self.seen: list[tuple[int, int]] = []
        self.last = last

    def step(self, done: int, total: int) -> None:
        self.seen.append((done, total))
        if len(self.seen) > self.last:
            raise Cancelled("Stopped.", "Start again.")


@pytest.mark.parametrize("make, name", [(make_ma, "a.ma"), (make_mb, "a.mb")])
def test_progress_goes_up_and_reading_can_be_stopped(make: object, name: str, tmp_path: Path) -> None:
    assert callable(make)
    make(tmp_path / name, 9)
    steps = Steps()
    read_scene(tmp_path / name, watch=steps)
    assert [done for done, _ in steps.seen] == sorted(done for done, _ in steps.seen)
    assert steps.seen[-1][0] == steps.seen[-1][1] == (tmp_path / name).stat().st_size
    with pytest.raises(Cancelled):
        read_scene(tmp_path / name, watch=Steps(0))
