"""Runs in an environment of the vendor's: makes objects of its packages and calls them, as the tests say over stdin.

A request is a line of JSON, its answer another. What the vendor's code prints goes to stderr. For Python 3.9.

    {"do": "make", "name": N, "class": "module.Class", "args": [...], "kwargs": {...}}
    {"do": "call", "what": "N.attribute.method", "args": [...], "kwargs": {...}}
    {"do": "set", "what": "N.attribute", "value": V}
    {"do": "pin", "what": "module.function", "value": V}     the function gives V from now on
    {"do": "unpin"}                                          all functions are themselves again

{"object": "N.attribute"} among the arguments is that object. An answer has "answer", or "error" with "type", "text" and
"code". Nobody waits: the pauses of the vendor's retries and polls are cut short.
"""

from __future__ import annotations

import importlib
import inspect
import json
import os
import sys
import time

import tenacity
from rayvision_api.connect import Connect

SHORT = 0.02
pinned = []
objects = {}


def hurry():
    """Five requests for an error, as ever, but without the 1 to 2 s between them."""
    sleep = time.sleep
    time.sleep = lambda seconds: sleep(min(seconds, SHORT))
    Connect.post.retry.wait = tenacity.wait_none()


def imported(path):
    module, _, name = path.rpartition(".")
    return importlib.import_module(module), name


def found(path):
    first, *rest = path.split(".")
    value = objects[first]
    for name in rest:
        value = getattr(value, name)
    return value


def given(value):
    if isinstance(value, dict):
        if set(value) == {"object"}:
            return found(value["object"])
        return {key: given(one) for key, one in value.items()}
    return [given(one) for one in value] if isinstance(value, list) else value


def make(request):
    module, name = imported(request["class"])
    objects[request["name"]] = getattr(module, name)(*given(request["args"]), **given(request["kwargs"]))


def call(request):
    return found(request["what"])(*given(request["args"]), **given(request["kwargs"]))


def assign(request):
    owner, _, name = request["what"].rpartition(".")
    setattr(found(owner), name, given(request["value"]))


def pin(request):
    module, name = imported(request["what"])
    pinned.append((module, name, getattr(module, name)))
    setattr(module, name, lambda *_, **__: request["value"])


def unpin(_request):
    while pinned:
        module, name, function = pinned.pop()
        setattr(module, name, function)


class Knowledge:
    """What the vendor's client can do, by its own account."""

    def endpoints(self):
        from rayvision_api.url import ApiUrl

        return sorted(url.value for url in ApiUrl)

    def methods(self, api):
        parts = ("user", "task", "query", "tag", "env", "transmit")
        return sorted(
            f"{part}.{name}"
            for part in parts
            for name, _ in inspect.getmembers(type(getattr(api, part)), inspect.isfunction)
            if not name.startswith("_")
        )

    def environ(self, **values):
        os.environ.update(values)


VERBS = {"make": make, "call": call, "set": assign, "pin": pin, "unpin": unpin}


def answer(request):
    try:
        return {"answer": VERBS[request["do"]](request)}
    except Exception as exc:  # noqa: BLE001 - whatever the vendor's code raises is for the test to judge
        code = getattr(exc, "error_code", None)
        return {"error": {"type": type(exc).__name__, "text": str(exc), "code": code}}


def main():
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    hurry()
    objects["knowledge"] = Knowledge()
    for line in sys.stdin:
        channel.write(json.dumps(answer(json.loads(line)), default=repr) + "\n")
        channel.flush()


if __name__ == "__main__":
    main()
