# SPDX-License-Identifier: GPL-3.0-or-later
"""A layout for Blenders without a window: it knows what this release's UILayout takes, and refuses anything else."""

import bpy

LAYOUT = bpy.types.UILayout.bl_rna
CONTAINERS = {"row", "column", "split", "box", "grid_flow", "column_flow"}


class StrictLayout:
    """Records what was drawn; raises for a function, an argument, an icon, a property or a class that is not there."""

    def __init__(self, drawn):
        object.__setattr__(self, "drawn", drawn)

    def __setattr__(self, name, value):
        if name not in LAYOUT.properties:
            raise AttributeError(f"UILayout has no property {name}")
        object.__setattr__(self, name, value)

    def __getattr__(self, name):
        if name == "context_pointer_set":
            return lambda key, data: None
        if name not in LAYOUT.functions:
            raise AttributeError(f"UILayout has no function {name}")

        def call(*args, **kwargs):
            return self._call(name, args, kwargs)

        return call

    def _call(self, name, args, kwargs):
        parameters = [each for each in LAYOUT.functions[name].parameters if not each.is_output]
        given = dict(zip([each.identifier for each in parameters], args), **kwargs)
        known = {each.identifier: each for each in parameters}
        for key, value in given.items():
            if key not in known:
                raise TypeError(f"UILayout.{name} takes no {key}")
            check(f"{name}.{key}", known[key], value)
        self.drawn.append((name, {key: value for key, value in given.items() if isinstance(value, (str, int, float))}))
        return RETURNS.get(name, lambda given: StrictLayout(self.drawn) if name in CONTAINERS else None)(given)


def check(where, parameter, value):
    """An enum's value is one of its items; a text is a text."""
    if parameter.type == "ENUM" and value not in parameter.enum_items.keys():
        raise TypeError(f"{where}: {value!r} is not known to this Blender")
    if parameter.type == "STRING" and not isinstance(value, str):
        raise TypeError(f"{where}: {value!r} is no text")


def operator(given):
    """What `layout.operator` returns: the operator's properties, and only those can be set."""
    group, name = given["operator"].split(".")
    rna = getattr(getattr(bpy.ops, group), name).get_rna_type()  # raises KeyError for one that is not registered

    class Properties:
        def __setattr__(self, key, value):
            if key not in rna.properties:
                raise AttributeError(f"{given['operator']} has no property {key}")

    return Properties()


def prop(given):
    if given["property"] not in given["data"].bl_rna.properties:
        raise AttributeError(f"{given['data']} has no property {given['property']}")


def menu(given):
    getattr(bpy.types, given["menu"])


def popover(given):
    getattr(bpy.types, given["panel"])


def template_list(given):
    getattr(bpy.types, given["listtype_name"])
    for data, name in (("dataptr", "propname"), ("active_dataptr", "active_propname")):
        prop({"data": given[data], "property": given[name]})


RETURNS = {"operator": operator, "prop": prop, "menu": menu, "popover": popover, "template_list": template_list}
