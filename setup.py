"""Packaging: one distribution from the source roots core/ and ui/; resources and plug-ins travel as data files."""

import os

from setuptools import find_packages, setup

HERE = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(HERE, "core", "farmdeck", "_version.py"), encoding="utf-8") as file:
    VERSION = file.read().split('"')[-2]


def data_files():
    """Every file of resources/ and plugins/, below share/farmdeck of the environment."""
    found = []
    for top in ("resources", "plugins"):
        for folder, folders, names in os.walk(os.path.join(HERE, top)):
            folders[:] = [name for name in folders if name != "__pycache__"]
            below = os.path.relpath(folder, HERE)
            files = [os.path.join(below, name) for name in names if not name.endswith(".pyc")]
            if files:
                found.append((os.path.join("share", "farmdeck", below), files))
    return found


setup(
    name="farmdeck",
    version=VERSION,
    description="A render farm's control deck inside the artist's application",
    license="Apache-2.0",
    python_requires=">=3.11",
    package_dir={"farmdeck": "core/farmdeck", "farmdeck_ui": "ui/farmdeck_ui"},
    packages=find_packages("core") + find_packages("ui"),
    package_data={"farmdeck": ["py.typed"], "farmdeck_ui": ["py.typed"]},
    data_files=data_files(),
    install_requires=[
        "click>=8.1",
        "fileseq>=3.0",
        "keyring>=25",
        "olefile>=0.47",
        "psutil>=5.9",
        "OpenImageIO>=3.0",
        "PySide6-Essentials>=6.6,<6.12; python_version<'3.12'",  # 6.12 gives None away there
        "PySide6-Essentials>=6.6; python_version>='3.12'",
        "requests>=2.31",
        "rich>=13",
        "tenacity>=8.2",
        "tomlkit>=0.12",
        "websockets>=13",
        "zstandard>=0.22",
    ],
    entry_points={
        "console_scripts": ["farmdeck = farmdeck_ui.cli:main"],
        "farmdeck.farms": [
            "flamenco = farmdeck.farms.flamenco:FlamencoFarm",
            "flamenco_server = farmdeck.farms.flamenco_server:FlamencoServerFarm",
            "foxfarm = farmdeck.farms.foxfarm:FoxFarm",
            "local = farmdeck.farms.local:LocalFarm",
            "renderbus = farmdeck.farms.renderbus:RenderbusFarm",
        ],
    },
)
