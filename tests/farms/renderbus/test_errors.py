"""Every published code has a class, a sentence and a remedy; an unknown one still tells what the farm said."""

from __future__ import annotations

import pickle

import pytest
from farmdeck._errors import FarmError, FarmUnreachable
from farmdeck.farms.renderbus import errors
from farmdeck.farms.renderbus.errors import CODES, LONGEST_WORDS, RenderbusError, error_for
from hypothesis import given
from hypothesis import strategies as st

PUBLISHED = [100, 301, 400, 403, 404, 500, 503, 513, *range(600, 609), 610, 611, 700, 800, 801, 802]
PUBLISHED += [*range(804, 816), *range(900, 907), *range(908, 917), 920, 1000]


def test_every_published_code_is_there() -> None:
    assert sorted(CODES) == sorted(PUBLISHED)


@pytest.mark.parametrize("code", PUBLISHED)
def test_a_code_is_said_for_a_person(code: int) -> None:
    error = error_for(code, "", "")
    kind = CODES[code]
    assert type(error) is kind.error and isinstance(error, FarmError) and error.code == code
    for sentence in (kind.what, kind.fix):
        assert sentence[0].isupper() and sentence.endswith(".") and "_" not in sentence
    assert f"(code {code})" in str(error)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (403, errors.NotAllowed),
        (404, errors.NotFound),
        (500, errors.ServerTrouble),
        (503, errors.AlreadyExists),
        (513, errors.ServerTrouble),
        (600, errors.BadParameter),
        (601, errors.BadParameter),
        (602, errors.LoginNeeded),
        (605, errors.NotAllowed),
        (608, errors.WrongRegion),
        (610, errors.ClockWrong),
        (611, errors.SignatureRefused),
        (700, errors.NoMoreRecords),
        (804, errors.AccountProblem),
        (812, errors.AccountProblem),
        (803, errors.AccountProblem),  # not published, but among the account's numbers
        (913, errors.NoMoney),
        (1000, errors.ServerTrouble),
        (777, RenderbusError),
        (-1, RenderbusError),
    ],
)
def test_kinds_that_callers_tell_apart(code: int, kind: type[RenderbusError]) -> None:
    assert type(error_for(code, "")) is kind


def test_an_unknown_code_tells_what_the_farm_said() -> None:
    error = error_for(4711, "磁盘已满\n disk full", "r-1")
    assert 'It said: "磁盘已满 disk full" (code 4711, request r-1).' in error.what
    assert (error.code, error.request_id) == (4711, "r-1") and error.fix


def test_long_words_are_cut() -> None:
    assert len(error_for(4711, "x" * 100_000).what) < LONGEST_WORDS + 100


@given(st.integers(), st.text(max_size=400), st.text(max_size=20))
def test_any_code_and_words_make_one_line_that_survives_pickling(code: int, words: str, request: str) -> None:
    error = error_for(code, words, " ".join(request.split()))
    assert error.what.isprintable() or "\n" not in error.what
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.what, again.code) == (type(error), error.what, code)


def test_silence_looks_like_silence_to_the_agent() -> None:
    assert issubclass(errors.Unreachable, FarmUnreachable)
    assert issubclass(errors.UnreadableAnswer, FarmUnreachable)
    assert not issubclass(errors.AnswerLost, FarmUnreachable)  # it must never be tried again blindly
