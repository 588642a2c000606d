"""Every error a person can see.

FarmdeckError
├── BadInput            what was typed or chosen cannot be used
│   ├── BadFrames       a frame range that cannot be read
│   └── BadDocument     a submission or job document that cannot be read
├── SceneError          a scene file that cannot be read
├── SceneChanged        a file changed between Submit and its use
├── StoreError          the store cannot be opened, read or written
│   └── StoreVersion    the store is of another major version
├── AgentError          the agent cannot be found, started or reached
├── SettingsError       a settings file that cannot be read
├── CredentialError     a secret that cannot be kept or found
├── FarmError           a farm refused, failed or did not answer
│   ├── FarmUnreachable
│   ├── UnknownFarm
│   └── UnknownJob
└── Cancelled           somebody pressed Stop; nothing went wrong
"""

from __future__ import annotations


class FarmdeckError(Exception):
    """Root of everything Farmdeck raises.

    `what` says what happened and to what, `fix` what the person can do next; both are whole sentences.
    """

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what, fix)  # both in args, so that the error survives pickling
        self.what = what
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.what} {self.fix}".strip()


class BadInput(FarmdeckError):
    """What was typed or chosen cannot be used."""


class BadFrames(BadInput):
    """A frame range that cannot be read."""


class BadDocument(BadInput):
    """A submission or job document that cannot be read."""


class SceneError(FarmdeckError):
    """A scene file that cannot be read."""


class SceneChanged(FarmdeckError):
    """A file changed between Submit and its use."""


class StoreError(FarmdeckError):
    """The store cannot be opened, read or written."""


class StoreVersion(StoreError):
    """The store is of another major version than this code."""


class AgentError(FarmdeckError):
    """The agent cannot be found, started or reached."""


class SettingsError(FarmdeckError):
    """A settings file that cannot be read."""


class CredentialError(FarmdeckError):
    """A secret that cannot be kept or found."""


class FarmError(FarmdeckError):
    """A farm refused, failed or did not answer."""


class FarmUnreachable(FarmError):
    """The farm does not answer."""


class UnknownFarm(FarmError):
    """No farm of that name is set up."""


class UnknownJob(FarmError):
    """The farm does not know that job."""


class Cancelled(FarmdeckError):
    """Somebody pressed Stop; nothing went wrong."""
