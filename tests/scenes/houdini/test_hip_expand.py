"""What strings of Houdini stand for."""

from __future__ import annotations

import re

import pytest
from farmdeck.scenes.houdini._expand import Scope, Unexpandable, Value, expand, frame_pattern, number
from hypothesis import given, settings
from hypothesis import strategies as st


def look(function: str, argument: str, frame: float) -> Value:
    values: dict[str, Value] = {"version": 3.0, "base": "x", "../up": "$F"}
    if argument not in values:
        raise Unexpandable(argument)
    return values[argument]


SCOPE = Scope(
    "/out/mantra12",
    {"HIP": "/a b", "JOB": "/job", "F9": "nine", "FILE": "/s/a.v1.hip", "FSTART": "1", "FEND": "240"},
    25.0,
    look,
)


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("$HIP/${JOB}x", "/a b//jobx"),
        ("$OS.$F.$F4.${F4}.$FF", "mantra12.7.0007.0007.7.5"),
        ("$SF4_$T", "$SF4_$T"),
        ("$SF4-$T", "0007-0.26"),
        ("$F9", "nine"),
        ("`padzero(4, $F)`_`$F + 1`", "0007_8"),
        ("`fpadzero(4, 0, $FF)`|`fpadzero(3, 2, 7.5)`", "0008|007.50"),
        ('`opname(".")` `opname("..")` `opdigits(".")` `opfullpath("../x")`', "mantra12 out 12 /out/x"),
        ('v`padzero(3, ch("version"))`/`chs("base")`', "v003/x"),
        ('`ifs(ch("version") > 2, "new", "old")``if(0, 1, 2)`', "new2"),
        ("`strcat($OS, '_', 1.5)``'a' + 2`", "mantra12_1.5a2"),
        ("`\"${OS}.$F\" + '$F' + 4`", "mantra12.7$F4"),
        ("`toupper(substr('abcdef', 1, 2))``strlen('abc')``strreplace('a.b', '.', '_')`", "BC3a_b"),
        ("`arg('one two', 1)``strmatch('m*', $OS)``strcmp('a', 'b')``int(-1.7)`", "two1-1-1"),
        ("`(1 + 2) * 3 - 2 ^ 3 % 5``!1``1 == 1 && 2 != 3``clamp(9, 0, 5)`", "6015"),
        ("`{ a = 1; if (a < 2) { a += 4; } else a = 9; return a; }`", "5"),
        ("<UDIM> %(UDIM)d <F4> a\\b", "<UDIM> %(UDIM)d <F4> a\\b"),
        ("costs 5$", "costs 5$"),
        ("`" + "(" * 20 + "1" + ")" * 20 + "`", "1"),
        ("$FILE:r.abc ${FILE:t} $FILE:h $FILE:t:e $OS:rx", "/s/a.v1.abc a.v1.hip /s hip mantra12:rx"),
    ],
)
def test_expanded(text: str, expanded: str) -> None:
    if expanded == text and text.startswith("$SF4_"):
        with pytest.raises(Unexpandable):
            expand(text, SCOPE, 7.5)
    else:
        assert expand(text, SCOPE, 7.5) == expanded


@pytest.mark.parametrize(
    "text",
    [
        "$NOPE/a",
        "`nope(1)`",
        "`1 +`",
        "`ch('gone')`",
        "`1/0`",
        "a`b",
        "`hou.frame()`",
        "`'a'",
        "`{ x; }`",
        "`{ a = 1; }`",
        "`" + "(" * 30 + "1" + ")" * 30 + "`",
    ],
)
def test_not_expanded(text: str) -> None:
    with pytest.raises(Unexpandable):
        expand(text, SCOPE, 1)


def test_channels_are_numbers_or_texts() -> None:
    assert number("$FSTART + 10", SCOPE, 1) == 11
    assert number('"a" + $F', SCOPE, 3) == "a3"


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("a.$F4.exr", "a.####.exr"),
        ("a$F/b.`padzero(6, $F)`.exr", "a#/b.######.exr"),
        ("v01$F3", "v01###"),
        ("still.exr", "still.exr"),
    ],
)
def test_the_pattern_of_a_sequence(text: str, pattern: str) -> None:
    assert frame_pattern(lambda frame: expand(text, SCOPE, frame)) == pattern


@pytest.mark.parametrize(
    "text", ["`$F + 10`.exr", "a.$T.exr", "`$F * 2`", "`ifs($F > 5, 'a', 'b')`", "`ifs($F < 5, 51, $F)`"]
)
def test_what_changes_otherwise_has_no_pattern(text: str) -> None:
    with pytest.raises(Unexpandable):
        frame_pattern(lambda frame: expand(text, SCOPE, frame))


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.sampled_from(["$F", "$F2", "$F4", "`padzero(5,$F)`", "a", "1", "0", "_", "/", "é", "%"]), max_size=7),
    st.integers(0, 99_999),
)
def test_a_pattern_stands_for_every_frame(pieces: list[str], frame: int) -> None:
    """The numbers that `#` stands for are, frame by frame, what the text is worth."""
    text = "-".join(pieces)
    pattern = frame_pattern(lambda at: expand(text, SCOPE, at))
    filled = re.sub("#+", lambda marks: f"{frame:0{len(marks[0])}d}", pattern)
    assert filled == expand(text, SCOPE, frame)


@settings(max_examples=120, deadline=None)
@given(st.text("$FHIP{}`'\"()+-*/^%,.<>=!&|0123456789 achspdzero_\\\n", max_size=60))
def test_any_text_expands_or_says_that_it_cannot(text: str) -> None:
    try:
        assert isinstance(expand(text, SCOPE, 12), str)
    except Unexpandable as exc:
        assert isinstance(exc.args[0], str)
