"""The expressions of job types: those that are published come to what Blender's Python says; nothing else happens."""

from __future__ import annotations

import builtins
import math
import os
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from farmdeck.farms.flamenco.expressions import MAX_TEXT, Names, Unknown, evaluate
from hypothesis import given, settings
from hypothesis import strategies as st

FACTS = {
    "jobname": "shot 1",
    "settings.render_output_root": "/render/show",
    "settings.add_path_components": 2,
    "settings.stable_directory": False,
    "C.scene.name": "Scène",
    "C.scene.frame_start": 1001,
    "C.scene.frame_end": 1100,
    "C.scene.render.fps": 24,
    "C.scene.render.fps_base": 1.001,
    "C.scene.render.filepath": "//out/beauty_",
    "C.scene.render.file_extension": ".exr",
    "C.scene.render.image_settings.file_format": "OPEN_EXR",
    "C.scene.render.image_settings.use_preview": True,
    "bpy.data.filepath": "/home/me/show/sh010/shot.blend",
}
NAMES = Names(FACTS, scene_file="/mnt/jobs/a/shot.blend", original="/home/me/show/sh010/shot.blend")

PUBLISHED = [  # of the Manager's own types, of those on its site, and of studios' types in public repositories
    ("f'{C.scene.frame_start}-{C.scene.frame_end}'", "1001-1100"),
    ("C.scene.render.fps / C.scene.render.fps_base", 24 / 1.001),
    ("C.scene.render.image_settings.file_format", "OPEN_EXR"),
    ("C.scene.render.image_settings.use_preview", True),
    (
        "str(Path(abspath(settings.render_output_root), last_n_dir_parts(settings.add_path_components), jobname,"
        " '{timestamp}', '######'))",
        "/render/show/show/sh010/shot 1/{timestamp}/######",
    ),
    (
        "str(Path(settings.render_output_root) / last_n_dir_parts(settings.add_path_components) / jobname /"
        " '{timestamp}' / '######')",
        "/render/show/show/sh010/shot 1/{timestamp}/######",
    ),
    ("'video' if C.scene.render.image_settings.file_format in {'FFMPEG', 'AVI_RAW'} else 'images'", "images"),
    ("f'{jobname}/render/######'", "shot 1/render/######"),
    ("str(jobname)", "shot 1"),
    ("bpy.path.basename(bpy.context.blend_data.filepath)", "shot.blend"),
    (
        "str(Path(bpy.data.filepath).parent.joinpath('render', '######')) if bpy.data.filepath else"
        " f'/mnt/shared/flamenco/jobs/{jobname}/render/######'",
        "/home/me/show/sh010/render/######",
    ),
    (
        "str(Path(abspath(settings.render_output_root), jobname, Path(C.scene.render.filepath).name + '_######'))"
        " if settings.stable_directory else str(Path(abspath('//'), jobname + '_######'))",
        "/mnt/jobs/a/shot 1_######",
    ),
]


@pytest.mark.parametrize(("text", "value"), PUBLISHED)
def test_published_expressions(text: str, value: object) -> None:
    found = evaluate(text, NAMES)
    assert found == value and type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(7 // 2) * 3 - 1 + 7 % 4", 11),
        ("-3 + +2", -1),
        ("1 < 2 <= 2 != 3 and not 2 > 3", True),
        ("'' or jobname", "shot 1"),
        ("'x' not in ('a', 'b') and None is None", True),
        ("int('12') + round(1.6) + len(jobname) + abs(-1) + max(1, 2) + min(3, 4)", 26),
        ("f'{C.scene.frame_start:06d} {1/3:.2f} {jobname!s:8}|'", "001001 0.33 shot 1  |"),
        ("jobname.replace(' ', '_').upper()", "SHOT_1"),
        ("bool(jobname) and bool(0)", False),
        ("Path('/a/b.c.exr').stem", "b.c"),
        ("Path('a', '/b', 'c')", "/b/c"),
        ("abspath('/a/../b/./c')", "/b/c"),
        ("abspath('//tex/../x')", "/mnt/jobs/a/x"),
        ("abspath('{render}/a')", "{render}/a"),
        ("last_n_dir_parts(0)", "."),
        ("last_n_dir_parts(99)", "home/me/show/sh010"),
        ("last_n_dir_parts(1, '/x/y/z.blend')", "y"),
        ("Path('C:\\\\render', last_n_dir_parts(1), 'x')", "C:\\render\\sh010\\x"),
        ("abspath('\\\\\\\\nas\\\\share\\\\a\\\\..\\\\b')", "\\\\nas\\share\\b"),
        ("D.filepath == C.blend_data.filepath == bpy.context.blend_data.filepath", True),
    ],
)
def test_what_the_grammar_has(text: str, value: object) -> None:
    assert evaluate(text, NAMES) == value


def test_a_scene_of_windows_keeps_its_folders() -> None:
    names = Names({}, scene_file="N:\\jobs\\shot.blend", original="C:\\work\\show\\shot.blend")
    assert evaluate("Path('/render', last_n_dir_parts(2))", names) == "/render/work/show"
    assert evaluate("abspath('//a')", names) == "N:\\jobs\\a"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "C.scene.cycles.samples",
        "C",
        "C.scene",
        "settings.not_there",
        "os.getcwd()",
        "__import__('os').system('true')",
        "().__class__.__bases__",
        "jobname.__class__",
        "Path.home()",
        "Path('/').exists()",
        "Path('/').parent.__class__",
        "Path('C:/a').drive",
        "abspath.__globals__",
        "str.format('{0.__class__}', 1)",
        "'{0.__class__}'.format(jobname)",
        "'%s' % jobname",
        "eval('1')",
        "open('/etc/passwd')",
        "getattr(C, 'scene')",
        "[x for x in (1, 2)]",
        "lambda: 1",
        "(x := 1)",
        "jobname[0]",
        "{'a': 1}",
        "*(1, 2),",
        "await jobname",
        "b'x'",
        "...",
        "1j",
        "None",
        "(1, 2)",
        "2 ** 9",
        "1 << 70",
        "9007199254740993 + 0",
        "1e308 * 10",
        "1 / 0",
        "'a' * 3",
        "jobname * 9000000000000000",
        "1000 * jobname",
        "f'{jobname:>999999999}'",
        "f'{jobname!r}'",
        "f'{1:{C.scene.frame_start}}'",
        "round(5, -9007199254740992)",
        "str(jobname, 'utf-8')",
        "max(1, 2, key=abs)",
        "abspath('a/b')",
        "abspath('')",
        "Path(1)",
        "int('x')",
        "jobname + 1",
        "import os",
        "a = 1",
        "1; 2",
        "\x00",
        "(" * 300,
        "-" * 1500 + "1",
        "not " * 400 + "1",
        "+".join(["1"] * 400),
        "'" + "x" * MAX_TEXT + "'",
        "9" * 1999,
        ".".join(["jobname", *["parent"] * 300]),
    ],
)
def test_everything_else_is_unknown(text: str) -> None:
    with pytest.raises(Unknown):
        evaluate(text, NAMES)


def test_texts_do_not_grow() -> None:
    text = "jobname"
    for _ in range(4):
        text = f"({text}).replace('s', {text} + {text})"
    with pytest.raises(Unknown):
        evaluate(text, NAMES)


def evaluated(text: str) -> object:
    """What the text comes to, while nothing can evaluate, run or open anything."""

    def never(*given: object, **named: object) -> None:
        raise AssertionError("code was run")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "system", never)
        for name in ("eval", "exec", "open"):
            patch.setattr(builtins, name, never)
        return evaluate(text, NAMES)


WORDS = st.sampled_from(
    [
        *"C.scene.frame_start C.scene settings.add_path_components jobname bpy.data.filepath".split(),
        *"Path( abspath( last_n_dir_parts( str( int( round( len( eval( __import__( open(".split(),
        *".parent .name .joinpath( .replace( .__class__".split(),
        *"( ) , . + - * / // % ** == != < in not and or if else is f' ' { } [ ] : ! lambda ; = := \\".split(),
        *"1 0.5 99999999999 1e400 'a' None True".split(),
        "\n",
    ]
)
TEXTS = st.one_of(
    st.lists(WORDS, max_size=14).map(" ".join), st.lists(WORDS, max_size=14).map("".join), st.text(max_size=40)
)
VALUES = (str, int, float, bool)


@pytest.mark.filterwarnings("ignore")  # `1if` is a warning of the parser's
@given(TEXTS)
@settings(max_examples=300)
def test_no_text_does_anything_but_come_to_a_value(text: str) -> None:
    try:
        value = evaluated(text)
    except Unknown:
        return
    assert type(value) in VALUES
    assert not isinstance(value, str) or len(value) <= MAX_TEXT
    assert not isinstance(value, float) or math.isfinite(value)


NUMBERS = st.integers(0, 9).map(str)
ARITHMETIC = st.recursive(
    NUMBERS,
    lambda inner: st.tuples(inner, st.sampled_from(["+", "-", "*", "//", "%", "/", "<", "==", "and", "or"]), inner).map(
        lambda three: f"({' '.join(three)})"
    ),
    max_leaves=12,
)


@given(ARITHMETIC)
@settings(max_examples=100)
def test_arithmetic_is_pythons(text: str) -> None:
    try:
        expected = eval(text, {"__builtins__": {}})
    except ZeroDivisionError:
        with pytest.raises(Unknown):
            evaluate(text, NAMES)
        return
    assert evaluate(text, NAMES) == expected


@given(st.lists(st.sampled_from(["a", "b c", "..", ".", "/", "/x", "C:\\y", "z.exr"]), min_size=1, max_size=5))
@settings(max_examples=100)
def test_paths_are_pathlibs(pieces: list[str]) -> None:
    """Of one system at a time: what is told by its notation is then told by all of it."""
    pure = PureWindowsPath if any("\\" in piece for piece in pieces) else PurePosixPath
    if pure is PureWindowsPath:
        pieces = ["C:\\r", *[piece for piece in pieces if not piece.startswith("/")]]
    assert evaluate(f"Path({', '.join(map(repr, pieces))})", NAMES) == str(pure(*pieces))
