"""Transfers: files to a farm's storage and back, behind one small interface. For the agent only.

Each way is imported from its own module (`folder`, `transmitter`, `raysync`): a farm needs one of them, when it has a
file to bring.
"""

from .transfer import FileError, Item, Storage, Transfer, TransferCan, TransferError

__all__ = ["FileError", "Item", "Storage", "Transfer", "TransferCan", "TransferError"]
