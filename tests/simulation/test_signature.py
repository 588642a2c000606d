"""What the farm takes for a right signature. The vectors were computed with the vendor's client."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator import signature

KEY = "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE"
HEADERS = {
    "accessId": "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE",
    "channel": "4",
    "platform": "2",
    "UTCTimestamp": "1700000000",
    "nonce": "123456",
    "version": "2.0.0",
}
NAME = "task.renderbus.com"
VECTORS: list[tuple[str, str, dict[str, Any], str]] = [
    (
        NAME,
        "/api/render/plugin/addUserPluginConfig",
        {"taksId": 2, "renderEnvs": [{"envId": 1, "pluginIds": [2, 3, 4]}, {"envId": 3, "pluginIds": [7, 8, 10]}]},
        "EdimsdcH8XT+taLdk5GQxyQx52JuhllY2e8fnlxY5PA=",
    ),
    (
        NAME,
        "/api/render/handle/addTaskLabel",
        {"label": "测试 tag&=é", "taskIds": [29445045, 29435295]},
        "Ah3R+fH12HDjsZEh38DVBXl0d8eLvJedJIjMbhmJdfI=",
    ),
    (
        NAME,
        "/api/render/handle/getTaskList/v2",
        {"pageNum": 1, "flagT": True, "flagF": False, "nothing": None, "s": "true"},
        "8UyrtlvEX6+M0zZwiboQ0vkhrpjwF4vv1jT00Zm4rYg=",
    ),
    (
        NAME,
        "/api/render/handle/deleteTaskLabel",
        {"taskIds": [183222], "labelNames": [], "labelIds": [], "obj": {}, "empty": ""},
        "wY7VRk9WZ6Iz6g2K2aZ+Uft9AT+1fydQZrjn+RWTaVo=",
    ),
    (
        NAME,
        "/api/render/handle/setTaskOverTimeStop",
        {"taskIds": [14684405], "overTime": 60.0, "a": 0.1, "b": 1e16, "c": 1.5e-07, "d": 12345678901234567890},
        "xjA5vrCZ9wSTDIKqw9RRbDoU/6fclij2qBhhD53uA5I=",
    ),
    (
        NAME,
        "/api/render/handle/stopTask",
        {"taskIds": list(range(100, 112))},
        "kyuyOxatgDNhlWmBI5Y+UFwsohXLHINalk7JQDsF2SM=",
    ),
    (NAME, "/api/x", {"platform": 9, "nonce": "zz"}, "wnsKIK15dKYEyxUnX7ZdC/5IM42CpQtXh1UdGN5Y51k="),
    (
        NAME,
        "/api/y",
        {"m": [[1, [2, 3]], []], "o": {"p": {"q": False}}},
        "96ULxNHIz/shVQdTozrjbJ2vxu2Fb/fsq6V7djhx+7U=",
    ),
    (NAME, "/api/render/setUp/queryUserProfile", {}, "pinrNf29Lvq5xlZss+4ImQLx68d/kelcLaedlyvvJn8="),
    ("127.0.0.1:8080", "/api/render/setUp/queryUserProfile", {}, "FRtzNfOfRjale1pRic7CNG50IoEmaCQJmCydnqbURgc="),
]


@pytest.mark.parametrize(("domain", "path", "body", "wanted"), VECTORS, ids=[path for _, path, _, _ in VECTORS])
def test_vectors(domain: str, path: str, body: dict[str, Any], wanted: str) -> None:
    assert signature.sign(KEY, signature.text_to_sign(domain, path, HEADERS, body)) == wanted
    assert signature.is_signed(KEY, wanted, ("elsewhere", domain), path, HEADERS, body)
    assert not signature.is_signed(KEY, wanted, ("elsewhere",), path, HEADERS, body)


def test_the_worked_example_of_the_2018_protocol() -> None:
    headers = {**HEADERS, "channel": "7", "platform": "1", "UTCTimestamp": "1535957371", "nonce": "11886"}
    headers["version"] = "1.0.0"
    text = signature.text_to_sign(NAME, "/api/render/common/queryPlatforms", headers, {"zone": 2})
    assert text == (
        "[POST]task.renderbus.com:/api/render/common/queryPlatforms&UTCTimestamp=1535957371"
        "&accessId=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE&channel=7&nonce=11886&platform=1&version=1.0.0&zone=2"
    )
    assert signature.sign(KEY, text) == "6tvuz8bgDCz5vtS3amuMWVbOqzhaeWaOhNcWMqx9zcg="


def test_a_java_farm_prints_true_false_and_null() -> None:
    body = {"flag": True, "off": False, "nothing": None}
    text = signature.text_to_sign(NAME, "/x", HEADERS, body, java=True)
    assert "&flag=true&" in text
    assert "&nothing=null&off=false&" in text
