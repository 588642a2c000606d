"""Reports of ended jobs to StratusCore, an accounting service (`POST api/v1/render/jobdata`). Not a farm.

A `Report` is what became of a job: it is queued in the store, without settings and without credentials. Sending makes
the service's own words of it (`service_fields`), adds the credentials (`body`) and says what came of it (`Service`).
Agent and command line only.
"""

from ._credentials import REDACTED, Credentials, fetch_credentials, keep_credentials
from ._fields import service_fields
from ._report import JobStatus, Report, read_report, report_document, report_of
from ._service import Came, Outcome, Service
from ._settings import FORMATS, ReportSettings, report_settings
from ._wire import CONTENT_TYPES, BadAnswer, ServiceAnswer, body, read_answer

__all__ = [
    "CONTENT_TYPES",
    "FORMATS",
    "REDACTED",
    "BadAnswer",
    "Came",
    "Credentials",
    "JobStatus",
    "Outcome",
    "Report",
    "ReportSettings",
    "Service",
    "ServiceAnswer",
    "body",
    "fetch_credentials",
    "keep_credentials",
    "read_answer",
    "read_report",
    "report_document",
    "report_of",
    "report_settings",
    "service_fields",
]
