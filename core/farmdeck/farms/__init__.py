"""The farms that come with Farmdeck; others join through the entry-point group `farmdeck.farms`."""
