"""Farmdeck in 3ds Max."""
