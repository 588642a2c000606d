"""The earlier Flamenco Server, as it ran from January 2015 to November 2016, behind the `Farm` interface."""

from ._farm import FlamencoServerFarm

__all__ = ["FlamencoServerFarm"]
