"""Farmdeck in Houdini."""
