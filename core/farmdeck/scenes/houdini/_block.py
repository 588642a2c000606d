"""Expressions in braces: `{ if(ch("a")) { return chs("b"); } x = 1; return x; }`, as HDAs name their files.

*Expression functions, blocks* (https://www.sidefx.com/docs/houdini/ref/expression_syntax.html): statements, `if` and
`else`, assignments, `return`. Loops and declared functions raise Unexpandable.
"""

from __future__ import annotations

import re
from typing import Callable

from ._expression import MAX_LENGTH, Unexpandable, Value, evaluate

Evaluate = Callable[[str, "dict[str, Value]"], Value]
_WORD = re.compile(r"\s*(?:(float|string)\s+)?([A-Za-z_]\w*)\s*(\+=|-=|\*=|/=|=(?!=)|\(|(?=\s))")
MAX_STATEMENTS = 200


class _Returned(Exception):
    def __init__(self, value: Value) -> None:
        super().__init__()
        self.value = value


def run(source: str, node: str, variable: Callable[[str], Value], look: Callable[[str, str], Value]) -> Value:
    """The value that the block returns. Raises Unexpandable."""
    if len(source) > MAX_LENGTH:
        raise Unexpandable(source[:40])

    def value_of(expression: str, names: dict[str, Value]) -> Value:
        return evaluate(expression, node, variable, look, names)

    try:
        _Block(source, value_of).run()
    except _Returned as returned:
        return returned.value
    raise Unexpandable(source[:40])


class _Block:
    """Statements are cut at `;` and braces outside of quotes and parentheses; expressions go to `evaluate`."""

    def __init__(self, source: str, value_of: Evaluate) -> None:
        self._source = source
        self._value_of = value_of
        self._names: dict[str, Value] = {}
        self._left = MAX_STATEMENTS

    def run(self) -> None:
        """Run the whole of it; raises _Returned."""
        self._statement(0, True)

    def _statement(self, at: int, live: bool) -> int:
        """Run the statement at `at`, or only pass over it; where the next one begins."""
        self._left -= 1
        at = self._space(at)
        if self._left < 0 or at >= len(self._source):
            raise Unexpandable(self._source[:40])
        if self._source[at] == "{":
            at = self._space(at + 1)
            while at < len(self._source) and self._source[at] != "}":
                at = self._space(self._statement(at, live))
            return at + 1
        if re.match(r"if\s*\(", self._source[at:]):
            return self._if(at, live)
        end = self._end(at, ";")
        if live:
            self._simple(self._source[at:end])
        return end + 1

    def _if(self, at: int, live: bool) -> int:
        start = self._source.index("(", at) + 1
        end = self._end(start, ")")
        true = live and bool(self._value_of(self._source[start:end], self._names))
        at = self._space(self._statement(end + 1, true))
        if re.match(r"else\b", self._source[at:]):
            at = self._statement(at + 4, live and not true)
        return at

    def _simple(self, text: str) -> None:
        text = text.strip()
        if text.startswith("return"):
            raise _Returned(self._value_of(text[6:], self._names))
        match = _WORD.match(text)
        if match is None or not match[3].endswith("="):
            if text:
                raise Unexpandable(text)
            return
        name, sign, expression = match[2], match[3], text[match.end() :]
        if sign != "=":
            expression = f"{name} {sign[0]} ({expression})"
        self._names[name] = self._value_of(expression, self._names)

    def _space(self, at: int) -> int:
        while at < len(self._source) and self._source[at].isspace():
            at += 1
        return at

    def _end(self, at: int, mark: str) -> int:
        """Where `mark` is, outside of quotes and parentheses. Raises Unexpandable."""
        depth, quote = 0, ""
        while at < len(self._source):
            sign = self._source[at]
            if quote:
                at += sign == "\\"
                quote = "" if sign == quote else quote
            elif sign in "\"'":
                quote = sign
            elif sign == mark and depth == 0:
                return at
            else:
                depth += (sign == "(") - (sign == ")")
            at += 1
        raise Unexpandable(self._source[:40])
