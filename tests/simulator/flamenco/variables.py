"""Variables of the configuration, and the two ways that they are replaced.

Source: Flamenco 3.9-beta1, internal/manager/config/variables.go.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Variable:
    """Values by platform ("all" for any); two-way: also recognised when a job is submitted."""

    values: dict[str, str]
    twoway: bool = False
    audience: str = "all"


@dataclass
class Variables:
    """The configured variables; `jobs` is the Manager's own."""

    table: dict[str, Variable] = field(default_factory=dict)

    def of(self, audience: str, platform: str) -> dict[str, tuple[str, bool]]:
        """Name: (value, two-way). An audience that does not exist has none."""
        found = {}
        for name, variable in self.table.items():
            value = variable.values.get(platform, variable.values.get("all"))
            if value is not None and audience in ("workers", "users") and variable.audience in ("all", audience):
                found[name] = (value, variable.twoway)
        return found

    def _twoway(self, audience: str, platform: str) -> dict[str, str]:
        return {name: value for name, (value, twoway) in self.of(audience, platform).items() if twoway}

    def recognise(self, settings: dict[str, Any], platform: str, any_case: bool) -> None:
        """Replace, in place, the values of two-way variables at the beginning of texts by their names."""
        for key, text in settings.items():
            if not isinstance(text, str):
                continue
            for name, value in self._twoway("workers", platform).items():
                if _begins(text.lower(), value.lower()) if any_case else _begins(text, value):
                    text = f"{{{name}}}{text[len(value) :]}"
            settings[key] = text

    def expand(self, text: Any, platform: str, audience: str = "workers", manager: str = "linux") -> Any:
        """The text as that platform sees it; lists item by item, other things as they are."""
        if isinstance(text, list):
            return [self.expand(item, platform, audience, manager) for item in text]
        if not isinstance(text, str):
            return text
        known = self.of(audience, platform)
        path = False
        for name, (value, twoway) in known.items():
            path |= twoway and f"{{{name}}}" in text
            text = text.replace(f"{{{name}}}", value)
        for name, here in self._twoway(audience, manager).items():
            if name in known and _begins(text, here):
                text, path = known[name][0] + text[len(here) :], True
        return _to_platform(text, platform) if path else text


def _begins(text: str, value: str) -> bool:
    return text.startswith(value) or text.replace("\\", "/").startswith(value.replace("\\", "/"))


def _to_platform(path: str, platform: str) -> str:
    separator = "\\" if platform == "windows" else "/"
    lead = len(path) - len(path.lstrip("/\\"))
    made = separator * lead + separator.join(part for part in re.split(r"[/\\]+", path) if part)
    if platform == "windows" and re.match(r"[A-Za-z]:(?!\\)", made):
        made = made[:2] + "\\" + made[2:]
    return made
