"""Transfers: files to a farm's storage and back, behind one small interface. For the agent only."""

from .folder import FolderTransfer
from .raysync import RaysyncAccount, RaysyncTransfer
from .transfer import FileError, Item, Storage, Transfer, TransferCan, TransferError
from .transmitter import TransmitterTransfer

__all__ = [
    "FileError",
    "FolderTransfer",
    "Item",
    "RaysyncAccount",
    "RaysyncTransfer",
    "Storage",
    "Transfer",
    "TransferCan",
    "TransferError",
    "TransmitterTransfer",
]
