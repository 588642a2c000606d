"""Maya scenes: the readers of .ma and .mb (`_read.read_maya`), and the rules they share with the adapter inside Maya.

Nothing is imported here: inside Maya only the rules are.
"""
