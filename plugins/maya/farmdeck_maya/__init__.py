"""Farmdeck in Maya."""
