"""The names of OpenUSD's Python that farmdeck_houdini uses; Houdini ships the rest. Not a whole stub."""
