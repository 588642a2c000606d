"""A farm may be somebody else's code: what goes wrong in it becomes an error that a person can read."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from .._errors import FarmdeckError, FarmError

LOG = logging.getLogger(__name__)


@contextmanager
def guarded(label: str) -> Iterator[None]:
    """Raises FarmdeckError alone: a disk's trouble in its words, and a mistake in the farm's code with a hint where
    the details are. Without it one mistake would end the thread that all the farm's jobs need.
    """
    try:
        yield
    except FarmdeckError:
        raise
    except OSError as exc:
        where = exc.filename or label
        said = exc.strerror or type(exc).__name__
        raise FarmError(f"{where} cannot be used: {said}.", "Check the disk and its rights, then try again.") from exc
    except Exception as exc:  # noqa: BLE001 - somebody else's code; the agent must live
        LOG.exception("%s broke", label)
        raise FarmError(
            f"{label} broke ({type(exc).__name__}).", "The agent's log has the details; report it."
        ) from exc
