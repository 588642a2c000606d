"""What goes over the wire and what comes back, against the samples of the service's document."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from farmdeck.reports import REDACTED, BadAnswer, Credentials, ReportSettings, body, read_answer, service_fields
from hypothesis import given
from hypothesis import strategies as st

from tests.simulator import stratuscore

from .conftest import report

DOCUMENT = Path(__file__).parents[3] / "shared" / "documents" / "stratuscore-render-jobdata.txt"
XML_SAMPLE = """\
<RenderJobBindingModel xmlns:i="http://www.w3.org/2001/XMLSchema-instance" \
xmlns="http://schemas.datacontract.org/2004/07/ApiModels">
<Authentication xmlns:d2p1="http://schemas.datacontract.org/2004/07/Api.Models">
<d2p1:Id>170200123 - sample only, user your ID</d2p1:Id>
<d2p1:Key>467512342123 - sample only, user your Key</d2p1:Key>
</Authentication>
<Request>
<CreditsUsed i:nil="true" />
<Email>larry@newmedia.com</Email>
<Frames>12</Frames>
<JobOriginator>Mission Control</JobOriginator>
<JobStatus>1 - Done, 2 - Aborted, 3 - Failed</JobStatus>
<JobType>1 - Economy, 2 - Normal, 3 - Test</JobType>
<MissionGuid i:nil="true" />
<MissionId>1234</MissionId>
<OriginatorVersion>1.0.123</OriginatorVersion>
<RenderEngine>Vray/Mental Ray/Arnold/Renderman</RenderEngine>
<RenderHours>3456</RenderHours>
<RunDate>2025-12-04 06:57:36 (YYYY-MM-DD HH:MM:SS - UTC format)</RunDate>
<SaasCreditsUsed i:nil="true" />
<SoftwareName>BLD/C4D/MAX/MAY</SoftwareName>
<SoftwareVersion>2018</SoftwareVersion>
</Request>
</RenderJobBindingModel>"""
JSON_SAMPLE = {
    "Authentication": {
        "Id": "170200123 - sample only, user your ID",
        "Key": "467512342123 - sample only, user your Key",
    },
    "Request": {
        "MissionId": "1234",
        "MissionGuid": None,
        "Email": "larry@newmedia.com",
        "JobType": "1 - Economy, 2 - Normal, 3 - Test",
        "RunDate": "2025-12-04 06:57:36 (YYYY-MM-DD HH:MM:SS - UTC format)",
        "JobStatus": "1 - Done, 2 - Aborted, 3 - Failed",
        "Frames": "12",
        "RenderHours": "3456",
        "SoftwareName": "BLD/C4D/MAX/MAY",
        "SoftwareVersion": "2018",
        "JobOriginator": "Mission Control",
        "OriginatorVersion": "1.0.123",
        "RenderEngine": "Vray/Mental Ray/Arnold/Renderman",
        "CreditsUsed": None,
        "SaasCreditsUsed": None,
    },
}
WHO = Credentials(JSON_SAMPLE["Authentication"]["Id"] or "", JSON_SAMPLE["Authentication"]["Key"] or "")
KNOWN = ReportSettings(email="a@b")


def canonical(xml: str) -> str:
    return ElementTree.canonicalize(xml, strip_text=True)


def test_the_samples_here_are_the_documents():
    if DOCUMENT.exists():
        text = DOCUMENT.read_text("utf-8")
        assert XML_SAMPLE in text
        document = re.search(r"Sample:\n(\{.*?\n\})\napplication/xml", text, re.DOTALL)
        assert document and list(json.loads(document.group(1)).items()) == list(JSON_SAMPLE.items())


def test_the_samples_values_make_the_sample():
    """Names, namespaces, order, nil: all of it as the service's own page has it."""
    assert canonical(body(JSON_SAMPLE["Request"], WHO, "xml")) == canonical(XML_SAMPLE)
    said = json.loads(body(JSON_SAMPLE["Request"], WHO, "json"))
    assert said == JSON_SAMPLE
    assert [list(said), list(said["Request"])] == [list(JSON_SAMPLE), list(JSON_SAMPLE["Request"])]


def test_a_report_has_the_documents_fields_in_its_order():
    assert list(service_fields(report(), KNOWN)) == list(JSON_SAMPLE["Request"])


_TEXT = st.text(st.characters(exclude_categories=()), max_size=20)


@given(_TEXT, _TEXT.filter(str.isprintable), _TEXT.filter(str.isprintable), st.sampled_from(["json", "xml"]))
def test_any_text_arrives_as_it_is_or_without_what_nobody_sees(version: str, id: str, key: str, format: str):
    """`]]>`, quotes, control characters, lone surrogates: nothing breaks out of its element."""
    fields = {**service_fields(report(), KNOWN), "SoftwareVersion": version}
    data = body(fields, Credentials(id, key), format).encode("utf-8")
    if format == "json":
        doc = json.loads(data)
        who, request = doc["Authentication"], doc["Request"]
    else:
        root = ElementTree.fromstring(data)
        who = {child.tag.split("}")[1]: child.text or "" for child in root[0]}
        request = {child.tag.split("}")[1]: None if child.attrib else child.text or "" for child in root[1]}
    assert who == {"Id": id, "Key": key}
    assert request["SoftwareVersion"] == "".join(letter for letter in version if letter.isprintable())
    assert {name: request[name] for name in fields if name != "SoftwareVersion"} == {
        name: value for name, value in fields.items() if name != "SoftwareVersion"
    }


@pytest.mark.parametrize("format", ["json", "xml"])
def test_what_a_person_is_shown_tells_nothing_of_the_credentials(format: str):
    shown = body(service_fields(report(), KNOWN), REDACTED, format)
    assert shown.count("•••") == 2
    assert "Credentials()" == repr(Credentials("id", "key")), "nor does a traceback"


# -- answers


@pytest.mark.parametrize("xml", [False, True])
def test_answers_in_both_forms(xml: bool):
    said = read_answer(stratuscore.answer("00", "Success", xml))
    assert (said.code, said.description) == ("00", "Success")
    said = read_answer(stratuscore.answer("17", "No  such\nmission", xml))
    assert (said.code, said.description) == ("17", "No such mission")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'\xef\xbb\xbf{"Message": {"Code": "00", "Description": null}}', "00"),
        (b'{"Message": {"Code": 0}}', "00"),
        (b'{"Message": {"Code": 12}}', "12"),
        (b'<?xml version="1.0"?>\n<a><Message><Code> 00 </Code></Message></a>', "00"),
        (b'<a xmlns="urn:x"><Message><b:Code xmlns:b="urn:y">03</b:Code></Message></a>', "03"),
    ],
)
def test_answers_written_otherwise(data: bytes, code: str):
    assert read_answer(data).code == code


BOMB = b'<!DOCTYPE a [<!ENTITY b "00">]><a><Message><Code>&b;</Code></Message></a>'


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b'{"Message": "00"}',
        b'{"Message": {"Code": true}}',
        b'{"Message": {"Code": "0"}}',
        b'{"Message": {"Code": "000"}}',
        '{"Message": {"Code": "٠٠"}}'.encode(),
        b"<html><body>OK 00</body></html>",
        b"<a><Message/></a>",
        b"<a><Message>",
        b'<?xml version="1.0" encoding="nonsense"?><a/>',
        BOMB,
        BOMB.decode().encode("utf-16"),
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a><Message><Code>00</Code></Message></a>',
        b"[" * 100_000,
        b'{"Message": {"Code": ' + b"9" * 10_000 + b"}}",
    ],
)
def test_what_is_no_answer(data: bytes):
    with pytest.raises(BadAnswer):
        read_answer(data)


@given(st.binary(max_size=200) | st.binary(max_size=100).map(lambda tail: b"<a><Message><Code>00</Code>" + tail))
def test_whatever_comes_is_an_answer_or_is_not(data: bytes):
    try:
        read_answer(data)
    except BadAnswer:
        pass


def test_a_description_is_one_short_line():
    said = read_answer(json.dumps({"Message": {"Code": "50", "Description": "a\x1b[31m\n" + "b" * 9000}}).encode())
    assert said.description.startswith("a[31m bbb") and len(said.description) == 500
