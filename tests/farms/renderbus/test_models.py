"""What all the farm's answers can do as values."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, replace

import pytest
from farmdeck.farms.renderbus.models import FrameInfo, Profile, RaysyncKey, RefusedVersion, Software, read


def test_they_are_made_by_place_by_name_and_by_reading() -> None:
    made = RefusedVersion(2000, version="2016")
    assert made == RefusedVersion(cg_id=2000, version="2016")
    assert made == replace(RefusedVersion(2000), version="2016")
    assert made != RefusedVersion(2000, "2017")
    assert read(FrameInfo, {"id": 7}) == FrameInfo(id=7)
    assert copy.copy(made) == pickle.loads(pickle.dumps(made)) == made


@pytest.mark.parametrize(
    ("args", "given"), [((1, "2", 3), {}), ((1,), {"cg_id": 1}), ((), {"unheard_of": 1}), ((1, "2"), {"version": "3"})]
)
def test_a_value_too_many_is_refused(args: tuple[object, ...], given: dict[str, object]) -> None:
    with pytest.raises(TypeError, match="RefusedVersion"):
        RefusedVersion(*args, **given)  # type: ignore[arg-type]


def test_equal_ones_are_one_key_and_others_are_not() -> None:
    assert {RefusedVersion(1, "a"), RefusedVersion(1, "a"), RefusedVersion(2, "a")} == {
        RefusedVersion(1, "a"),
        RefusedVersion(2, "a"),
    }
    assert Profile() != Software()
    assert RefusedVersion() != 0


def test_none_can_be_changed() -> None:
    frame = FrameInfo(id=1)
    with pytest.raises(FrozenInstanceError, match="index"):
        frame.index = "7"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError, match="index"):
        del frame.index
    assert frame == FrameInfo(id=1)


def test_they_show_their_fields_but_no_secret() -> None:
    assert repr(RefusedVersion(1, "a")) == "RefusedVersion(cg_id=1, version='a')"
    assert "sesame" not in repr(RaysyncKey(key="sesame", user_key="sesame"))
