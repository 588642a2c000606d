"""Secrets in private files, one each, for machines whose keyring is missing or locked.

Only the owner can read them: 0600 in a 0700 folder; on Windows the content is bound to the account by DPAPI
(https://learn.microsoft.com/windows/win32/api/dpapi/nf-dpapi-cryptprotectdata). A link, or a file of somebody
else's, is never followed, read or written.
"""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from ._errors import CredentialError
from .places import config_folder

FOLDER = "secrets"


def secret_path(name: str, environ: Mapping[str, str] = os.environ) -> Path:
    """Where the secret of that name is, if it is in a file."""
    return config_folder(environ) / FOLDER / (quote(name, safe="") + ".secret")


def write_secret(path: Path, secret: str) -> None:
    """The whole secret or the old one, whatever happens in between. Raises CredentialError."""
    fresh = ""
    try:
        _private_folder(path.parent)
        fd, fresh = tempfile.mkstemp(prefix=".", dir=path.parent)  # 0600 from the beginning
        with open(fd, "wb") as file:
            file.write(_sealed(secret.encode("utf-8")))
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, path)  # a link in its place is replaced, not followed
    except OSError as exc:
        if fresh and os.path.exists(fresh):
            os.unlink(fresh)
        raise CredentialError(f"{path} cannot be written: {exc.strerror}.", "Check the folder's rights.") from None


def read_secret(path: Path) -> str | None:
    """The secret; None when there is no such file. Raises CredentialError when others could have touched it."""
    try:
        fd = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
    except FileNotFoundError:
        return None
    except OSError as exc:
        raise CredentialError(
            f"{path} cannot be read: {exc.strerror}.", "Remove it and keep the secret again."
        ) from None
    with open(fd, "rb") as file:
        _check(os.fstat(file.fileno()), path, 0o077)
        sealed = file.read()
    try:
        return _opened(sealed).decode("utf-8")
    except (OSError, UnicodeDecodeError):
        raise CredentialError(f"{path} is damaged.", "Remove it and keep the secret again.") from None


def remove_secret(path: Path) -> bool:
    """True when there was one. Raises CredentialError."""
    try:
        path.unlink()
    except FileNotFoundError:
        return False
    except OSError as exc:
        raise CredentialError(f"{path} cannot be removed: {exc.strerror}.", "Remove it yourself.") from None
    return True


def _private_folder(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    _check(os.lstat(folder), folder, 0)
    if sys.platform != "win32" and stat.S_IMODE(folder.stat().st_mode) & 0o077:
        folder.chmod(0o700)


def _check(info: os.stat_result, path: Path, forbidden: int) -> None:
    if stat.S_ISLNK(info.st_mode):
        raise CredentialError(f"{path} is a link.", "Remove it and keep the secret again.")
    if sys.platform == "win32":
        return
    if info.st_uid != os.getuid():
        raise CredentialError(f"{path} belongs to another user.", "Remove it and keep the secret again.")
    if stat.S_IMODE(info.st_mode) & forbidden:
        raise CredentialError(f"{path} can be read by others.", "Remove it, change the secret, and keep it again.")


def _sealed(data: bytes) -> bytes:
    return _dpapi("CryptProtectData", data) if sys.platform == "win32" else data


def _opened(data: bytes) -> bytes:
    return _dpapi("CryptUnprotectData", data) if sys.platform == "win32" else data


def _dpapi(function: str, data: bytes) -> bytes:
    """Windows: encrypt or decrypt for this account. Raises OSError."""
    import ctypes
    from ctypes import wintypes

    class Blob(ctypes.Structure):
        _fields_ = [("size", wintypes.DWORD), ("data", ctypes.POINTER(ctypes.c_char))]

    windll = ctypes.windll  # type: ignore[attr-defined,unused-ignore]
    source = Blob(len(data), ctypes.cast(ctypes.create_string_buffer(data, len(data)), ctypes.POINTER(ctypes.c_char)))
    target = Blob()
    no_prompt = 1  # CRYPTPROTECT_UI_FORBIDDEN
    call = getattr(windll.crypt32, function)
    if not call(ctypes.byref(source), None, None, None, None, no_prompt, ctypes.byref(target)):
        raise OSError(ctypes.get_last_error(), function)  # type: ignore[attr-defined,unused-ignore]
    try:
        return ctypes.string_at(target.data, target.size)
    finally:
        windll.kernel32.LocalFree(target.data)
