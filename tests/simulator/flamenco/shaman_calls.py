"""Shaman over HTTP. Source: Flamenco 3.9-beta1, internal/manager/api_impl/shaman.go.

Stored is 200, not the 204 of the OpenAPI file; every error of a checkout is 500.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.errors import HeaderParseError
from email.header import decode_header

from .call import Answer, Call, Readable, Refusal
from .shaman import Known, Mismatch, Store

PIECE = 64 * 1024


def _store(call: Call) -> Store:
    """Raises Refusal 503."""
    if not call.farm.shaman.enabled or call.farm.setup_mode:
        raise Refusal(503, "shaman server not active")
    return call.farm.shaman


def requirements(call: Call) -> Answer:
    """OpenAPI: shamanCheckoutRequirements."""
    return Answer(document={"files": _store(call).missing(call.body["files"])})


def check_out(call: Call) -> Answer:
    """OpenAPI: shamanCheckout."""
    store = _store(call)
    try:
        return Answer(document={"checkoutPath": store.check_out(call.body["files"], call.body["checkoutPath"])})
    except (ValueError, OSError) as error:
        raise Refusal(500, f"unexpected error: {error}") from error


def _key(call: Call) -> tuple[str, int]:
    size = call.path["filesize"]
    if not re.fullmatch(r"-?\d+", size):
        text = (
            f'Invalid format for parameter filesize: error binding string parameter: parsing "{size}": invalid syntax'
        )
        raise Refusal(400, text, bare=True)
    return call.path["checksum"], int(size)


def file_status(call: Call) -> Answer:
    """OpenAPI: shamanFileStoreCheck."""
    key = _key(call)
    return Answer(document={"status": _store(call).status(*key)})


def store_file(call: Call) -> Answer:
    """OpenAPI: shamanFileStore; the one call whose body is read here, without the Manager's lock."""
    sha, size = _key(call)
    store = _store(call)
    defer = call.headers.get("X-Shaman-Can-Defer-Upload", "false").lower()
    if defer not in ("true", "false", "1", "0", "t", "f"):
        raise Refusal(400, "Invalid format for parameter X-Shaman-Can-Defer-Upload", bare=True)
    try:
        decode_header(call.headers.get("X-Shaman-Original-Filename", ""))[0][0]
    except (HeaderParseError, UnicodeError) as error:
        raise Refusal(400, f"invalid X-Shaman-Original-Filename header: {error}") from error
    status = store.status(sha, size)
    if status == "stored":
        return Answer(208, text=b"", kind="text/plain; charset=UTF-8")
    if status == "uploading" and defer in ("true", "1", "t"):
        return Answer(425, text=b"", kind="text/plain; charset=UTF-8")
    assert call.stream is not None
    try:
        store.receive(sha, size, _pieces(call.stream))
    except Known:
        return Answer(208, text=b"", kind="text/plain; charset=UTF-8", close=True)
    except Mismatch as error:
        raise Refusal(417, str(error)) from error
    return Answer()


def _pieces(stream: Readable) -> Iterator[bytes]:
    while piece := stream.read(PIECE):
        yield piece
