"""What doctor says of each thing that can be wrong with an installed host, and that it says what to do."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from farmdeck import __version__
from farmdeck_ui.finding import Finding
from farmdeck_ui.install import HOSTS, Machine, Place, install, install_shared, uninstall
from farmdeck_ui.install.check import look

from tests.install.homes import machine, made


@pytest.fixture
def one(tmp_path: Path) -> Machine:
    """A Windows machine with a host of each kind."""
    found = machine(tmp_path, "windows")
    made(found.documents / "maya" / "2025", found.documents / "houdini20.5")
    made(found.program_files / "Autodesk" / "3ds Max 2025")
    return found


def place_of(host: str, machine: Machine) -> Place:
    (done,) = install(host, machine=machine)
    return done.written.place


def said(machine: Machine, name: str) -> list[Finding]:
    return [finding for finding in look(machine) if finding.name == name]


def wrong(machine: Machine) -> str:
    """The one thing that is not well."""
    (finding,) = [finding for finding in look(machine) if not finding.ok]
    return finding.said


def test_hosts_without_farmdeck_are_no_trouble(one: Machine) -> None:
    assert [(finding.name, finding.ok) for finding in look(one)] == [
        ("Maya", True),
        ("Houdini", True),
        ("3ds Max", True),
        ("Blender", True),
    ]
    assert said(one, "Maya")[0].said == "2025 without Farmdeck; `farmdeck install maya` puts it in"
    assert said(one, "Blender")[0].said == "not on this machine"


@pytest.mark.parametrize(("host", "label"), [("maya", "Maya"), ("houdini", "Houdini"), ("max", "3ds Max")])
def test_all_is_well_after_installing(one: Machine, host: str, label: str) -> None:
    place = place_of(host, one)
    assert all(finding.ok for finding in look(one))
    assert said(one, label)[0].said.startswith(f"{__version__} in {place.ours}")
    assert said(one, "Pointer file")[0].ok


@pytest.mark.parametrize(
    ("host", "entry", "text", "expected"),
    [
        ("maya", "farmdeck.mod", "+ Farmdeck 0.1.0 ./elsewhere\n", "elsewhere"),
        ("maya", "farmdeck.mod", "+ Other 1.0 .\n", "names no folder of Farmdeck's"),
        ("maya", "farmdeck.mod", None, "cannot be read"),
        ("houdini", "farmdeck.json", '{"hpath": "$HOUDINI_PACKAGE_PATH/elsewhere"}', "elsewhere"),
        ("houdini", "farmdeck.json", "{", "not a package that Houdini could read"),
        ("houdini", "farmdeck.json", None, "cannot be read"),
        ("max", "farmdeck-max/PackageContents.xml", "<ApplicationPackage>", "not a package that 3ds Max could read"),
        ("max", "farmdeck-max/PackageContents.xml", None, "cannot be read"),
    ],
)
def test_what_the_host_reads_names_nothing(
    one: Machine, host: str, entry: str, text: str | None, expected: str
) -> None:
    path = place_of(host, one).folder / entry
    path.unlink()
    if text is not None:
        path.write_text(text)
    assert expected in wrong(one) and f"`farmdeck install {host}" in wrong(one)
    install(host, machine=one)
    assert all(finding.ok for finding in look(one)), "what it says puts it right"


def test_the_folder_is_gone_and_what_names_it_is_not(one: Machine) -> None:
    place = place_of("maya", one)
    shutil.rmtree(place.ours)
    assert f"The host finds nothing there: {place.ours}" in wrong(one)
    (removed,) = uninstall("maya", machine=one)
    assert removed.left == (place.folder / "farmdeck.mod",), "without the list it cannot be told from somebody's own"


def test_3ds_max_misses_a_file_that_its_package_names(one: Machine) -> None:
    place = place_of("max", one)
    (place.ours / "farmdeck_start.ms").unlink()
    assert str(place.ours / "farmdeck_start.ms") in wrong(one)


def test_another_version(one: Machine) -> None:
    manifest = place_of("maya", one).manifest
    manifest.write_text(manifest.read_text().replace(f'"version": "{__version__}"', '"version": "0.0.9"'))
    assert f"is of Farmdeck 0.0.9, this is {__version__}" in wrong(one)
    assert "`farmdeck install maya` puts it right" in wrong(one)


def test_files_that_are_gone_or_changed(one: Machine) -> None:
    place = place_of("houdini", one)
    (place.ours / "python/farmdeck/job.py").write_text("")
    assert "farmdeck-houdini/python/farmdeck/job.py is not as Farmdeck wrote it" in wrong(one)
    (place.ours / "python/farmdeck/job.py").unlink()
    assert "python/farmdeck/job.py is missing" in wrong(one)
    assert "`farmdeck install houdini --version 20.5`" in wrong(one)
    shutil.rmtree(place.ours / "python/farmdeck/store")
    assert "more are missing" in wrong(one)


def test_a_folder_without_a_list(one: Machine) -> None:
    place_of("maya", one).manifest.unlink()
    assert "no list of what Farmdeck wrote" in wrong(one)


def test_more_than_one(one: Machine, tmp_path: Path) -> None:
    place_of("maya", one)
    install("maya", "2025", one)
    assert "Maya 2025 has it more than once" in wrong(one)
    assert "`farmdeck uninstall maya`" in wrong(one) and "`farmdeck uninstall maya --version 2025`" in wrong(one)


def test_a_share_beside_ones_own(one: Machine, tmp_path: Path) -> None:
    share = tmp_path / "Studio Ö"
    install_shared("houdini", share, machine=one)
    there = Machine(one.system, {**one.environ, "HOUDINI_PACKAGE_DIR": f"{share};&"}, one.root)
    (finding,) = [finding for finding in said(there, "Houdini")]
    assert finding.ok and str(share) in finding.said
    install("houdini", machine=one)
    (finding,) = [finding for finding in said(there, "Houdini") if not finding.ok]
    assert "Houdini 20.5 has it more than once" in finding.said
    assert f'`farmdeck uninstall houdini --shared "{share}"`' in finding.said


def test_the_same_share_named_twice_is_one(one: Machine, tmp_path: Path) -> None:
    install_shared("maya", tmp_path / "share", machine=one)
    named = f"{tmp_path / 'share'};{tmp_path / 'share'}/;{tmp_path / 'nothing there'}"
    there = Machine(one.system, {**one.environ, "MAYA_MODULE_PATH": named}, one.root)
    (finding,) = said(there, "Maya")
    assert finding.ok and finding.said == f"{__version__} in {tmp_path / 'share' / 'farmdeck-maya'}"


def test_a_share_needs_a_program_too(one: Machine, tmp_path: Path) -> None:
    install_shared("max", tmp_path / "share", machine=one)
    there = {**one.environ, "ADSK_APPLICATION_PLUGINS": str(tmp_path / "share" / "farmdeck-max")}
    assert "no host finds Farmdeck's own program" in wrong(Machine(one.system, there, one.root))
    named = Machine(one.system, {**there, "FARMDECK_AGENT": "/bin/farmdeck"}, one.root)
    assert all(finding.ok for finding in look(named))


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"command": ["/nowhere/farmdeck"], "version": __version__}, "names a program that is gone"),
        ({"command": ["/bin/sh"], "version": "0.0.9"}, "is of Farmdeck 0.0.9"),
    ],
)
def test_the_pointer_file(one: Machine, document: dict[str, object], expected: str) -> None:
    place_of("maya", one)
    (Path(one.environ["FARMDECK_HOME"]) / "agent.json").write_text(json.dumps(document))
    assert expected in wrong(one)


def test_blenders_two_forms_in_one_release(tmp_path: Path) -> None:
    one = machine(tmp_path, "linux")
    made(one.home / ".config/blender/4.5")
    install("blender", machine=one)
    blender = HOSTS["blender"]
    blender.build(blender.shared_place(tmp_path, "3.6"), one.home / ".config/blender/4.5/scripts/addons")
    findings = [finding.said for finding in look(one) if not finding.ok]
    assert any("Blender 4.5 has it more than once" in each for each in findings)
