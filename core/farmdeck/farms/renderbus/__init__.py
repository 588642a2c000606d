"""Renderbus / Fox Renderfarm, the cloud farm: a signed HTTP API, spoken in both published dialects."""

from ._farm import RenderbusFarm

__all__ = ["RenderbusFarm"]
