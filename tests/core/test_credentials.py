"""Secrets: in a real keyring, without one, with one that hangs; and never anywhere else."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from farmdeck import credentials
from farmdeck._errors import CredentialError
from farmdeck._secret_file import secret_path

SECRET = 'pa55 \u00e9&"word\n'

BACKEND = '''
import json, os, sys, threading
from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

HERE = os.path.dirname(os.path.abspath(__file__))

class Files(KeyringBackend):
    """Keeps everything in a JSON file beside this module."""
    priority = 9
    path = os.path.join(HERE, "ring.json")

    def _all(self):
        return json.load(open(self.path)) if os.path.exists(self.path) else {}

    def _put(self, ring):
        json.dump(ring, open(self.path, "w"))

    def get_password(self, service, name):
        return self._all().get(service + "/" + name)

    def set_password(self, service, name, secret):
        with open(os.path.join(HERE, "seen.txt"), "w") as seen:  # what somebody who lists processes would see
            seen.write(repr(sys.argv) + repr(dict(os.environ)))
        self._put({**self._all(), service + "/" + name: secret})

    def delete_password(self, service, name):
        ring = self._all()
        if ring.pop(service + "/" + name, None) is None:
            raise PasswordDeleteError("not there")
        self._put(ring)

class Hangs(KeyringBackend):
    """Waits for somebody to unlock it; nobody comes."""
    priority = 9

    def get_password(self, *_):
        threading.Event().wait()

    set_password = delete_password = get_password

class Breaks(KeyringBackend):
    """Says the secret in its error, as a careless library would."""
    priority = 9

    def get_password(self, *_):
        raise SystemError("bus is gone")

    def set_password(self, service, name, secret):
        raise SystemError("cannot store " + secret)

    delete_password = get_password
'''


@pytest.fixture
def ring(tmp_path: Path):
    """An environment whose keyring is the named class of BACKEND."""
    (tmp_path / "made_up_ring.py").write_text(BACKEND, encoding="utf-8")

    def choose(backend: str) -> dict[str, str]:
        config = tmp_path / "config" / "python_keyring"
        config.mkdir(parents=True, exist_ok=True)
        text = f"[backend]\ndefault-keyring=made_up_ring.{backend}\nkeyring-path={tmp_path}\n"
        (config / "keyringrc.cfg").write_text(text, encoding="utf-8")
        kept = {name: value for name, value in os.environ.items() if name != "PYTHON_KEYRING_BACKEND"}
        return {**kept, "XDG_CONFIG_HOME": str(tmp_path / "config"), "FARMDECK_HOME": str(tmp_path / "home")}

    return choose


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "FARMDECK_HOME": str(tmp_path / "home"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }


def test_a_keyring_keeps_gives_and_forgets(ring, tmp_path):
    environ = ring("Files")
    assert credentials.keep("studio", SECRET, environ) == credentials.Kept("keyring", "")
    assert not secret_path("studio", environ).exists()
    assert credentials.fetch("studio", environ) == SECRET
    seen = (tmp_path / "seen.txt").read_text(encoding="utf-8")
    assert "pa55" not in seen
    credentials.forget("studio", environ)
    with pytest.raises(CredentialError, match="No secret is kept for studio"):
        credentials.fetch("studio", environ)
    credentials.forget("studio", environ)


@pytest.mark.parametrize("backend", ["keyring.backends.fail.Keyring", "keyring.backends.null.Keyring"])
def test_without_a_keyring_it_is_a_private_file_said_out_loud(bare, backend):
    bare["PYTHON_KEYRING_BACKEND"] = backend
    kept = credentials.keep("studio/../x", SECRET, bare)
    path = secret_path("studio/../x", bare)
    assert kept.where == "file"
    assert str(path) in kept.message and "no keyring" in kept.message
    assert path.parent.name == "secrets"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [*path.parent.iterdir()] == [path]
    assert credentials.fetch("studio/../x", bare) == SECRET
    credentials.forget("studio/../x", bare)
    assert not path.exists()


def test_a_keyring_that_hangs_is_left_alone(ring):
    environ = ring("Hangs")
    kept = credentials.keep("studio", SECRET, environ, seconds=2)
    assert kept.where == "file" and "does not answer" in kept.message
    assert credentials.fetch("studio", environ, seconds=0) == SECRET  # the file answers; the keyring is not asked
    with pytest.raises(CredentialError, match="does not answer"):
        credentials.fetch("other", environ, seconds=2)
    with pytest.raises(CredentialError, match="may still hold"):
        credentials.forget("studio", environ, seconds=2)
    assert not secret_path("studio", environ).exists()


def test_a_keyring_that_breaks_tells_nobody_the_secret(ring, capfd):
    environ = ring("Breaks")
    kept = credentials.keep("studio", SECRET, environ)
    assert kept.where == "file" and "failed" in kept.message
    with pytest.raises(CredentialError) as caught:
        credentials.fetch("other", environ)
    out, err = capfd.readouterr()
    assert "pa55" not in f"{kept}{caught.value!r}{out}{err}"


def test_a_file_from_before_is_gone_once_the_keyring_works(ring):
    credentials.keep("studio", "old", ring("Breaks"))
    environ = ring("Files")
    assert credentials.keep("studio", "new", environ).where == "keyring"
    assert not secret_path("studio", environ).exists()
    assert credentials.fetch("studio", environ) == "new"


def test_the_newer_file_wins_over_an_older_keyring(ring):
    credentials.keep("studio", "old", ring("Files"))
    credentials.keep("studio", "new", ring("Breaks"))
    assert credentials.fetch("studio", ring("Files")) == "new"


def test_an_empty_secret_is_refused(bare):
    with pytest.raises(CredentialError, match="empty"):
        credentials.keep("studio", "", bare)


def test_a_link_is_not_followed(bare, tmp_path):
    credentials.keep("studio", "mine", bare)
    path = secret_path("studio", bare)
    path.unlink()
    target = tmp_path / "theirs"
    target.write_text("planted", encoding="utf-8")
    target.chmod(0o600)
    path.symlink_to(target)
    with pytest.raises(CredentialError):
        credentials.fetch("studio", bare)
    credentials.keep("studio", "mine again", bare)
    assert target.read_text(encoding="utf-8") == "planted"
    assert not path.is_symlink() and credentials.fetch("studio", bare) == "mine again"


def test_a_linked_folder_is_refused(bare, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    folder = secret_path("studio", bare).parent
    folder.parent.mkdir(parents=True)
    folder.symlink_to(elsewhere)
    with pytest.raises(CredentialError, match="is a link"):
        credentials.keep("studio", "mine", bare)
    assert not [*elsewhere.iterdir()]


def test_a_file_that_others_can_read_is_not_trusted(bare):
    credentials.keep("studio", "mine", bare)
    secret_path("studio", bare).chmod(0o644)
    with pytest.raises(CredentialError, match="read by others"):
        credentials.fetch("studio", bare)


def test_somebody_else_s_file_is_not_trusted(bare, monkeypatch):
    credentials.keep("studio", "mine", bare)
    own = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: own + 1)
    with pytest.raises(CredentialError, match="another user"):
        credentials.fetch("studio", bare)


def test_a_write_that_fails_keeps_the_old_secret(bare, monkeypatch):
    credentials.keep("studio", "old", bare)

    def full(fd):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(CredentialError, match="No space") as caught:
            credentials.keep("studio", "n3w", bare)
    assert "n3w" not in str(caught.value)
    assert credentials.fetch("studio", bare) == "old"
    assert len([*secret_path("studio", bare).parent.iterdir()]) == 1


def test_keyring_is_imported_in_the_child_only():
    code = "import farmdeck.credentials, sys; print([m for m in sys.modules if m.split('.')[0] == 'keyring'])"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_redact_every_form():
    text = f'{SECRET} pa55%20%C3%A9%26%22word%0A pa55+%C3%A9%26%22word%0A "pa55 \\u00e9&\\"word\\n"'
    assert "pa55" not in credentials.redact(text, [SECRET])
    assert credentials.redact("abcd ab", ["ab", "abcd", ""]) == "••• •••"


def test_logs_lose_the_secret(caplog):
    logger = logging.getLogger("made-up")
    quiet = credentials.RedactSecrets()
    caplog.handler.addFilter(quiet)
    try:
        logger.warning("before anything is known: %s", "fine")
        quiet.learn("hunter2")
        logger.warning("sent %s to %d", "hunter2", 7)
        try:
            raise ValueError("hunter2 refused")
        except ValueError:
            logger.exception("oh")
    finally:
        caplog.handler.removeFilter(quiet)
    assert "hunter2" not in caplog.text
    assert "sent ••• to 7" in caplog.text and "ValueError: ••• refused" in caplog.text
