"""Flamenco 3, the farm that a studio runs itself: one Manager, and its workers."""

from ._farm import FlamencoFarm

__all__ = ["FlamencoFarm"]
