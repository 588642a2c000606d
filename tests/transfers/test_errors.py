"""The system's troubles in an artist's words, and what they stop."""

from __future__ import annotations

import errno
import os
import pickle
from pathlib import Path

import pytest
from farmdeck.farm import Watch
from farmdeck.transfers import FileError, TransferError
from farmdeck.transfers.folder import FolderTransfer
from farmdeck.transfers.progress import in_words

from tests.transfers.contract import STORAGE, Seen, make, placed


@pytest.mark.parametrize(
    ("number", "words", "one_file"),
    [
        (errno.ENOSPC, "The disk is full: /w/a does not fit.", False),
        (errno.EDQUOT, "The disk is full: /w/a does not fit.", False),
        (errno.ENOENT, "/w/a is not there any more.", True),
        (errno.EACCES, "There is no permission to use /w/a.", True),
        (errno.EROFS, "There is no permission to use /w/a.", True),
        (errno.ENAMETOOLONG, "/w/a cannot be a file's name there: ", True),
        (errno.EIO, "/w/a cannot be used: ", False),
    ],
)
def test_each_trouble_has_its_sentence(number, words, one_file):
    error = in_words(OSError(number, os.strerror(number)), Path("/w/a"))
    assert error.what.startswith(words)
    assert error.fix.endswith(".")
    assert isinstance(error, FileError) is one_file
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again)) == (type(error), str(error))


@pytest.mark.parametrize(("number", "done"), [(errno.ENOSPC, ["a"]), (errno.ENAMETOOLONG, ["a", "c"])])
def test_what_is_done_stays_done(tmp_path, monkeypatch, number, done):
    """A full disk ends the transfer, a bad file does not."""
    (tmp_path / "storage").mkdir()
    items, seen = make(tmp_path / "w", ["a", "b", "c"]), Seen()
    replace = os.replace

    def failing(source, target):
        if Path(target).name == "b":
            raise OSError(number, os.strerror(number))
        replace(source, target)

    monkeypatch.setattr(os, "replace", failing)
    with pytest.raises(TransferError, match="/b "):
        FolderTransfer(tmp_path / "storage").upload(items, STORAGE, seen.watch, seen.note)
    assert [item.local.name for item in seen.done] == done
    assert placed(tmp_path / "storage", items[0]).exists()
    assert not placed(tmp_path / "storage", items[1]).exists()


def test_progress_counts_no_byte_of_what_failed(tmp_path):
    (tmp_path / "storage").mkdir()
    items = make(tmp_path / "w", ["a", "b"])
    items[0].local.unlink()
    steps = []
    with pytest.raises(TransferError):
        FolderTransfer(tmp_path / "storage").upload(items, STORAGE, Watch(lambda *step: steps.append(step)))
    assert steps[-1] == (100, 200)
