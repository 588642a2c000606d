"""Farmdeck's screens: the Qt panel and the command line."""
