"""What the stub `pymxs.pyi` has: the stand-in knows these names and no others."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

STUB = Path(__file__).parent.parent / "stubs" / "pymxs.pyi"


@dataclass(frozen=True)
class Member:
    """A name of a class: a property, or a function with its arguments."""

    name: str
    """As the vendor writes it."""
    arguments: tuple[str, ...] | None
    """None: a property."""
    required: int = 0
    keyword_only: tuple[str, ...] = ()

    def check(self, args: tuple[object, ...], keywords: dict[str, object]) -> None:
        """Raises TypeError for a call that MAXScript would not take."""
        assert self.arguments is not None
        named = {name.lower() for name in (*self.arguments, *self.keyword_only)}
        strange = [name for name in keywords if name.lower() not in named]
        if strange or len(args) > len(self.arguments) or len(args) + len(keywords) < self.required:
            raise TypeError(f"{self.name} takes {self.arguments}, not {args} and {keywords}")


def members() -> dict[str, dict[str, Member]]:
    """By class and lower-case name: MAXScript tells no upper from lower case."""
    tree = ast.parse(STUB.read_text(encoding="utf-8"))
    return {
        node.name: {member.name.lower(): member for member in _members(node)}
        for node in tree.body
        if isinstance(node, ast.ClassDef)
    }


def _members(node: ast.ClassDef) -> list[Member]:
    found = []
    for line in node.body:
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
            found.append(Member(line.target.id, None))
        elif isinstance(line, ast.FunctionDef):
            names = tuple(argument.arg for argument in line.args.args[1:])
            only = tuple(argument.arg for argument in line.args.kwonlyargs)
            required = len(names) - len(line.args.defaults) + line.args.kw_defaults.count(None)
            found.append(Member(line.name, names, required, only))
    return found
