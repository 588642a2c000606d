"""The signature against published vectors, and against a second implementation."""

from __future__ import annotations

import enum
import json
from pathlib import Path
from typing import Any

import pytest
from farmdeck._errors import BadInput
from farmdeck.farms.renderbus.signature import sign, string_to_sign
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.farms.renderbus import stub

KEY = "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE"
VECTORS = json.loads(Path(__file__).with_name("vectors.json").read_text(encoding="utf-8"))
HEADERS = VECTORS[0]["headers"]


def holds_more(value: Any) -> bool:
    """A truth value, null or a fraction is in it somewhere."""
    if isinstance(value, dict):
        return any(holds_more(child) for child in value.values())
    if isinstance(value, list):
        return any(holds_more(child) for child in value)
    return value is None or isinstance(value, bool | float)


GOOD = [vector for vector in VECTORS if not holds_more(vector["body"])]
REFUSED = [vector for vector in VECTORS if holds_more(vector["body"])]


def test_the_vectors_are_divided() -> None:
    assert [v["name"].split()[0] for v in GOOD] == ["V1", "V2", "V4", "V6", "V7", "V9"]
    assert [v["name"].split()[0] for v in REFUSED] == ["V3", "V5", "V8"]


@pytest.mark.parametrize("vector", GOOD, ids=lambda vector: vector["name"])
def test_a_vector_matches(vector: dict[str, Any]) -> None:
    asked = vector["domain"], vector["url"], vector["headers"], vector["body"]
    assert string_to_sign(*asked) == vector["string"]
    assert sign(KEY, *asked) == vector["signature"]


@pytest.mark.parametrize("vector", REFUSED, ids=lambda vector: vector["name"])
def test_what_clients_disagree_on_is_refused(vector: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match="cannot be signed"):
        sign(KEY, vector["domain"], vector["url"], vector["headers"], vector["body"])


def test_the_example_of_the_protocol() -> None:
    """Protocol V3, 2018, "Signature generation rules"."""
    headers = {"accessId": "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE", "channel": "7", "platform": "1"}
    headers |= {"UTCTimestamp": "1535957371", "nonce": "11886", "version": "1.0.0"}
    path = "/api/render/common/queryPlatforms"
    signed = sign(KEY, "task.renderbus.com", path, headers, {"zone": 2})
    assert signed == "6tvuz8bgDCz5vtS3amuMWVbOqzhaeWaOhNcWMqx9zcg="


def test_a_port_is_part_of_the_domain() -> None:
    signed = sign(KEY, "127.0.0.1:8080", "/api/render/setUp/queryUserProfile", HEADERS, {})
    assert signed == "FRtzNfOfRjale1pRic7CNG50IoEmaCQJmCydnqbURgc="


def test_an_enum_is_signed_as_its_value() -> None:
    class Kind(str, enum.Enum):
        LAYER = "layer"

    class Level(enum.IntEnum):
        HIGH = 60

    enums = {"kind": Kind.LAYER, "level": Level.HIGH}
    assert sign(KEY, "d", "/p", HEADERS, enums) == sign(KEY, "d", "/p", HEADERS, {"kind": "layer", "level": 60})


BAD = [True, False, None, 1.0, float("nan"), (1,), b"x", {1}, object(), "\ud800", {1: 2}, {"\ud800": 1}]


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: type(bad).__name__)
@pytest.mark.parametrize("around", [lambda v: v, lambda v: [0, v], lambda v: {"b": {"c": v}}, lambda v: [[{"b": [v]}]]])
def test_nothing_else_is_signed_however_deep(bad: Any, around: Any) -> None:
    with pytest.raises(BadInput, match='at "a'):
        sign(KEY, "d", "/p", HEADERS, {"a": around(bad)})


texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=8)
values = st.recursive(
    st.integers() | texts,
    lambda inner: st.lists(inner, max_size=11) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
names = texts | st.sampled_from(["platform", "nonce", "taskIds", "a.b", "m0"])


def flat_names(name: str, value: Any) -> list[str]:
    if isinstance(value, dict):
        inside = [(f"{name}.{key}" if name else key, child) for key, child in value.items()]
    elif isinstance(value, list):
        inside = [(f"{name}{place}", child) for place, child in enumerate(value)]
    else:
        return [name]
    return [flat for key, child in inside for flat in flat_names(key, child)]


@given(st.dictionaries(names, values, max_size=6), texts.filter(bool), st.sampled_from(["d", "127.0.0.1:80", "é.cn"]))
def test_a_second_implementation_agrees(body: dict[str, Any], key: str, domain: str) -> None:
    flat = flat_names("", {**HEADERS, **body})
    assume(len(set(flat)) == len(flat))  # else two values have one name, which no implementation tells apart
    assert sign(key, domain, "/api/x", HEADERS, body) == stub.signature(key, domain, "/api/x", HEADERS, body)
