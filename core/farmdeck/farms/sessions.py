"""An HTTP session for a farm's connection: no log-ins, no cookies and no repetitions but the farm's own."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import requests

POOL = 8
"""Connections that are kept open."""


def new_session(url: str, agent: str, *, local: bool) -> requests.Session:
    """A session that any number of threads may use, for addresses that begin with `url`.

    The network's proxy is used as HTTPS_PROXY, HTTP_PROXY and NO_PROXY say, but not when `local`: for this machine
    itself. A netrc is not read. Certificates are always verified. `agent` is what it calls itself.
    """
    from http.cookiejar import DefaultCookiePolicy  # slow to import, and not needed before the first call

    import requests
    from requests.adapters import HTTPAdapter
    from requests.utils import get_environ_proxies

    session = requests.Session()
    session.trust_env = False  # no netrc: it would add a log-in of its own
    session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or True
    session.proxies = {} if local else dict(get_environ_proxies(url))
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # nothing that threads would share
    session.headers["User-Agent"] = agent
    session.mount(url, HTTPAdapter(pool_connections=1, pool_maxsize=POOL, max_retries=0))
    return session
