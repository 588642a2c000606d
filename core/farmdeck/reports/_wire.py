"""A report and its answer as the service writes them: JSON, and XML by its data contracts (StratusCore, jobdata)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from ._credentials import Credentials

CONTENT_TYPES = {"json": "application/json", "xml": "application/xml"}
_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
_MODELS = "http://schemas.datacontract.org/2004/07/ApiModels"
_AUTHENTICATION = "http://schemas.datacontract.org/2004/07/Api.Models"
LONGEST_DESCRIPTION = 500


class BadAnswer(ValueError):
    """Something answered that is not the service, or not in its words."""


@dataclass(frozen=True)
class ServiceAnswer:
    """The answer's Message."""

    code: str
    """Two digits; `00` is good."""
    description: str


def body(fields: Mapping[str, str | None], credentials: Credentials, format: str) -> str:
    """What is sent, credentials and all."""
    clean = {name: _printable(value) for name, value in fields.items()}
    return _xml(clean, credentials) if format == "xml" else _json(clean, credentials)


def _printable(value: str | None) -> str | None:
    """Without characters that XML 1.0 cannot hold, and those that nobody sees."""
    return None if value is None else "".join(letter for letter in value if letter.isprintable())


def _json(fields: Mapping[str, str | None], credentials: Credentials) -> str:
    authentication = {"Id": credentials.id, "Key": credentials.key}
    return json.dumps({"Authentication": authentication, "Request": dict(fields)}, indent=2, ensure_ascii=False)


def _xml(fields: Mapping[str, str | None], credentials: Credentials) -> str:
    """A data contract's elements stand in the order of the alphabet; what is out of order is not read."""
    inner = "\n".join(f"    {_element(name, fields[name])}" for name in sorted(fields))
    return (
        f'<RenderJobBindingModel xmlns:i="{_INSTANCE}" xmlns="{_MODELS}">\n'
        f'  <Authentication xmlns:d2p1="{_AUTHENTICATION}">\n'
        f"    {_element('d2p1:Id', credentials.id)}\n"
        f"    {_element('d2p1:Key', credentials.key)}\n"
        "  </Authentication>\n"
        f"  <Request>\n{inner}\n  </Request>\n"
        "</RenderJobBindingModel>"
    )


def _element(name: str, value: str | None) -> str:
    return f'<{name} i:nil="true" />' if value is None else f"<{name}>{escape(value)}</{name}>"


def read_answer(data: bytes) -> ServiceAnswer:
    """The Message of an answer in either form. Raises BadAnswer."""
    code, description = (
        _xml_message(data) if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") else _json_message(data)
    )
    if isinstance(code, int) and not isinstance(code, bool):
        code = f"{code:02d}"
    if not isinstance(code, str) or not (len(code.strip()) == 2 and code.strip().isascii() and code.strip().isdigit()):
        raise BadAnswer("no two-digit code")
    said = " ".join((description if isinstance(description, str) else "").split())
    return ServiceAnswer(code.strip(), (_printable(said) or "")[:LONGEST_DESCRIPTION])


def _json_message(data: bytes) -> tuple[Any, Any]:
    try:
        message = json.loads(data.decode("utf-8-sig"))["Message"]
        return message["Code"], message.get("Description")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise BadAnswer("no Message in its JSON") from None


class _Tree(ElementTree.TreeBuilder):
    """A tree without a document type: that is where entities and other files come from."""

    def doctype(self, name: str, public: str, system: str) -> None:
        raise BadAnswer("a document type in its XML")


def _xml_message(data: bytes) -> tuple[Any, Any]:
    try:
        root = ElementTree.fromstring(data, ElementTree.XMLParser(target=_Tree()))
    except (ElementTree.ParseError, ValueError, LookupError):  # LookupError: an encoding that there is not
        raise BadAnswer("its XML cannot be read") from None
    said = {element.tag.rpartition("}")[2]: element.text for element in root.iterfind("{*}Message/{*}*")}
    return said.get("Code"), said.get("Description")
