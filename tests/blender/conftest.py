"""Fixtures of the add-on's tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from farmdeck_ui.install_blender import PACKAGE, build_bundle


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The add-on as it is installed, the core inside."""
    return build_bundle(tmp_path_factory.mktemp("bundle") / PACKAGE, "extension")
