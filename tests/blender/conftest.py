"""Fixtures of the add-on's tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from farmdeck_ui.install import HOSTS


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The add-on as it is installed, the core inside; in a folder that has the name of the checkout's package."""
    folder = tmp_path_factory.mktemp("bundle")
    blender = HOSTS["blender"]
    blender.build(blender.shared_place(folder, "4.2"), folder)
    return (folder / "farmdeck").rename(folder / "farmdeck_blender")
