"""A farm's secret: in the system's keyring, or in a private file where there is none. Agent and command line only.

A keyring can be missing, locked, or hang behind a prompt that nobody sees, so it is asked in a child process with a
time limit. The secret travels over the child's standard input and output, never on a command line, in an
environment or in a message.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from ._errors import CredentialError
from ._secret_file import read_secret, remove_secret, secret_path, write_secret
from .redaction import RedactSecrets, redact

__all__ = ["Kept", "RedactSecrets", "fetch", "forget", "keep", "redact"]

SERVICE = "farmdeck"
LIMIT_SECONDS = 20.0
"""How long a keyring may take: somebody may have to type its password."""


@dataclass(frozen=True)
class Kept:
    """Where a secret went."""

    where: str
    """`keyring` or `file`."""
    message: str = ""
    """To be said out loud; "" for the keyring."""


class _Said(str, Enum):
    OK = "ok"
    NOTHING = "nothing"
    """The keyring works and has no such secret."""
    UNUSABLE = "has no keyring that can be used"
    FAILED = "has a keyring that failed"
    SILENT = "has a keyring that does not answer (it may be locked)"


@dataclass(frozen=True)
class _Answer:
    said: _Said
    secret: str = field(default="", repr=False)


def keep(name: str, secret: str, environ: Mapping[str, str] = os.environ, seconds: float = LIMIT_SECONDS) -> Kept:
    """Keep the secret under that name, in the place of an older one. Raises CredentialError."""
    if not secret:
        raise CredentialError(f"The secret for {name} is empty.", "Give it again.")
    path = secret_path(name, environ)
    answer = _ask({"do": "keep", "name": name, "secret": secret}, environ, seconds)
    if answer.said is _Said.OK:
        remove_secret(path)
        return Kept("keyring")
    write_secret(path, secret)
    said = f"This machine {answer.said.value}, so the secret is in a private file that only you can read: {path}"
    return Kept("file", said)


def fetch(name: str, environ: Mapping[str, str] = os.environ, seconds: float = LIMIT_SECONDS, set_up: str = "") -> str:
    """The secret of that name. Raises CredentialError when there is none, or when it cannot be had.

    `set_up`: what to do when there is none, unless it is a farm's.
    """
    kept = read_secret(secret_path(name, environ))  # newer than what a keyring that failed then may still have
    if kept is not None:
        return kept
    answer = _ask({"do": "fetch", "name": name}, environ, seconds)
    if answer.said is _Said.OK:
        return answer.secret
    if answer.said in (_Said.FAILED, _Said.SILENT):
        raise CredentialError(
            f"This machine {answer.said.value}: {name}'s secret is out of reach.", "Unlock it, then retry."
        )
    farms = f"Set it up again: farmdeck farms add {name} --secret-stdin"
    raise CredentialError(f"No secret is kept for {name}.", set_up or farms)


def forget(name: str, environ: Mapping[str, str] = os.environ, seconds: float = LIMIT_SECONDS) -> None:
    """Take the secret out of the file and the keyring; nothing is kept is fine. Raises CredentialError."""
    remove_secret(secret_path(name, environ))
    answer = _ask({"do": "forget", "name": name}, environ, seconds)
    if answer.said in (_Said.FAILED, _Said.SILENT):
        raise CredentialError(
            f"This machine {answer.said.value}: it may still hold {name}'s secret.", "Unlock it and try again."
        )


def _ask(request: Mapping[str, str], environ: Mapping[str, str], seconds: float) -> _Answer:
    """What the keyring says, through a child; a child that takes longer is ended."""
    quiet: dict[str, Any] = {"stderr": subprocess.DEVNULL, "check": False}
    if sys.platform == "win32":
        quiet["creationflags"] = subprocess.CREATE_NO_WINDOW
    command = [sys.executable, "-I", "-m", __spec__.name if __name__ == "__main__" else __name__]
    line = json.dumps(dict(request)).encode("ascii")
    try:
        done = subprocess.run(command, input=line, stdout=subprocess.PIPE, env=dict(environ), timeout=seconds, **quiet)
    except subprocess.TimeoutExpired:
        return _Answer(_Said.SILENT)
    except OSError:
        return _Answer(_Said.UNUSABLE)
    try:
        answer = json.loads(done.stdout)
        return _Answer(_Said[answer["said"]], answer.get("secret", ""))
    except (ValueError, KeyError, TypeError):
        return _Answer(_Said.FAILED)  # it broke off; what it printed may hold anything, so it is not shown


# -- the child


def _serve(request: Mapping[str, str]) -> _Answer:
    """One request to the keyring; whatever else it raises ends the child, and the parent knows."""
    try:
        import keyring
        from keyring.errors import NoKeyringError, PasswordDeleteError
    except ImportError:
        return _Answer(_Said.UNUSABLE)
    name = request["name"]
    try:
        if request["do"] == "keep":
            keyring.set_password(SERVICE, name, request["secret"])
            same = keyring.get_password(SERVICE, name) == request["secret"]  # the null keyring takes and drops it
            return _Answer(_Said.OK if same else _Said.UNUSABLE)
        if request["do"] == "forget":
            keyring.delete_password(SERVICE, name)
            return _Answer(_Said.OK)
        secret = keyring.get_password(SERVICE, name)
    except NoKeyringError:
        return _Answer(_Said.UNUSABLE)
    except PasswordDeleteError:
        return _Answer(_Said.NOTHING)
    return _Answer(_Said.OK, secret) if secret else _Answer(_Said.NOTHING)


def _main() -> None:
    answer = _serve(json.loads(sys.stdin.buffer.read()))
    sys.stdout.write(json.dumps({"said": answer.said.name, "secret": answer.secret}))


if __name__ == "__main__":
    _main()
