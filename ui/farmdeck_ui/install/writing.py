"""What can go wrong with files, in a person's words."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from farmdeck._errors import FarmdeckError


class InstallError(FarmdeckError):
    """Farmdeck cannot be put in place or taken away."""


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Raises the system's errors as InstallError about `path`."""
    try:
        yield
    except (OSError, shutil.Error) as exc:
        said = getattr(exc, "strerror", None) or str(exc)
        raise InstallError(
            f"{path} cannot be written: {said}.", "Close the application and check the folder's rights."
        ) from exc
