"""The host adapters, in stand-ins of their hosts that answer from real scene files."""
