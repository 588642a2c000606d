"""What a submission says for its report: checked at Submit, where somebody can still mend it; kept in its document."""

from __future__ import annotations

import math

import pytest
from farmdeck._errors import BadInput
from farmdeck.job import Accounting, job_document, job_from_document
from farmdeck.store._store import first_job
from farmdeck.submission import checked_accounting, submission_document, submission_from_document
from farmdeck.testing import made_up_submission

GUID = "0f8fad5b-d9cb-469f-a165-70867728950e"


def test_blanks_and_spellings_do_not_matter():
    typed = Accounting(" economy ", " M 1 ", f" {{{GUID.upper()}}} ", " ana@studio.com\n", 0.0, 2.5)
    assert checked_accounting(typed) == Accounting("economy", "M 1", GUID, "ana@studio.com", 0.0, 2.5)
    assert checked_accounting(Accounting(mission_guid=GUID.replace("-", ""))).mission_guid == GUID
    assert checked_accounting(Accounting()) == Accounting()


@pytest.mark.parametrize(
    "odd",
    [
        Accounting(job_type="fast"),
        Accounting(mission_id="a\tb"),
        Accounting(mission_id="x" * 101),
        Accounting(mission_guid="0f8fad5b"),
        Accounting(mission_guid=GUID[:-1] + "g"),
        Accounting(email="ana"),
        Accounting(email="ana@studio.com, ben@studio.com"),
        Accounting(email="a@b@c"),
        Accounting(credits=-1),
        Accounting(credits=math.nan),
        Accounting(saas_credits=math.inf),
    ],
)
def test_what_the_service_could_not_be_told_is_refused(odd: Accounting):
    with pytest.raises(BadInput) as caught:
        checked_accounting(odd)
    assert caught.value.fix


def test_it_is_in_the_documents_and_older_ones_are_read(tmp_path):
    made = made_up_submission(tmp_path, accounting=Accounting("test", "", GUID, "ana@studio.com", 1.0))
    doc = submission_document(made)
    assert submission_from_document(doc) == made
    job = first_job(made)
    assert job.accounting == Accounting("test", made.id, GUID, "ana@studio.com", 1.0), "one mission for ever"
    assert job_from_document(job_document(job)) == job
    del doc["accounting"]
    assert submission_from_document(doc).accounting == Accounting()
