"""The Manager about itself. Source: Flamenco 3.9-beta1, internal/manager/api_impl/meta.go."""

from __future__ import annotations

from . import states
from .call import Answer, Call


def version(call: Call) -> Answer:
    """OpenAPI: getVersion."""
    text = call.farm.version_text
    document = {"name": call.farm.name, "shortversion": text, "version": text}
    if call.farm.version >= (3, 3):
        document["git"] = f"v{text}"
    return Answer(document=document)


def configuration(call: Call) -> Answer:
    """OpenAPI: getConfiguration."""
    farm = call.farm
    return Answer(
        document={
            "isFirstRun": farm.setup_mode,
            "shamanEnabled": farm.shaman.enabled and not farm.setup_mode,
            "storageLocation": farm.storage_location,
        }
    )


def variables(call: Call) -> Answer:
    """OpenAPI: getVariables; an audience that does not exist has none."""
    found = call.farm.variables.of(call.path["audience"], call.path["platform"])
    return Answer(document={name: {"is_twoway": twoway, "value": value} for name, (value, twoway) in found.items()})


def shared_storage(call: Call) -> Answer:
    """OpenAPI: getSharedStorage; mapped by two-way variables."""
    farm, audience, platform = call.farm, call.path["audience"], call.path["platform"]
    return Answer(
        document={
            "audience": audience,
            "location": farm.variables.expand(farm.storage_location, platform, audience),
            "platform": platform,
            "shamanEnabled": farm.shaman.enabled and not farm.setup_mode,
        }
    )


def status(call: Call) -> Answer:
    """OpenAPI: getFarmStatus."""
    return Answer(document={"status": states.farm_status(call.farm.workers, list(call.farm.jobs.values()))})
