"""`changes(since)` against a model: whatever is done in whatever order, each reader hears exactly what differs."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

from farmdeck import JobState
from farmdeck.store import AgentStore, Store
from farmdeck.testing import made_up_submission
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

IDS = st.sampled_from(["a", "b", "c", "d"])
COLUMNS = st.fixed_dictionaries(
    {},
    optional={
        "state": st.sampled_from(JobState),
        "done": st.integers(0, 3),
        "fraction": st.sampled_from([0.0, 0.5, 1.0]),
        "message": st.sampled_from(["", "Frame 3: no."]),
    },
)


class Changes(RuleBasedStateMachine):
    """One agent that writes; two readers, each with a picture kept from `changes` alone."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.agent = AgentStore.open(self.folder)
        self.template = made_up_submission(self.folder)
        self.model: dict[str, dict[str, object]] = {}
        self.readers = [Store.open(self.folder), Store.open(self.folder)]
        self.pictures: list[dict[str, object]] = [{}, {}]
        self.since = [0, 0]
        self.touched: list[set[str]] = [set(), set()]

    def teardown(self) -> None:
        for store in (self.agent, *self.readers):
            store.close()
        shutil.rmtree(self.folder)

    def touch(self, id: str) -> None:
        for touched in self.touched:
            touched.add(id)

    @rule(id=IDS)
    def submit(self, id: str) -> None:
        self.agent.submit(replace(self.template, id=id))
        if id not in self.model:
            self.touch(id)
            self.model[id] = {"state": JobState.QUEUED, "done": 0, "fraction": 0.0, "message": ""}

    @rule(id=IDS, columns=COLUMNS)
    def update(self, id: str, columns: dict[str, object]) -> None:
        known = self.model.get(id)
        differs = known is not None and {**known, **columns} != known
        assert self.agent.update_job(id, **columns) is differs
        if known is not None and differs:
            known.update(columns)
            self.touch(id)

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        id = data.draw(st.sampled_from(sorted(self.model)))
        self.agent.delete_job(id)
        del self.model[id]
        self.touch(id)

    @rule(who=st.sampled_from([0, 1]))
    def read(self, who: int) -> None:
        noticed = self.readers[who].changed()
        revision, jobs, gone = self.readers[who].changes(self.since[who])
        said = [job.id for job in jobs] + gone
        assert len(said) == len(set(said))
        assert set(said) == self.touched[who]
        assert noticed or not said
        assert revision >= self.since[who]
        for job in jobs:
            self.pictures[who][job.id] = {name: getattr(job, name) for name in self.model[job.id]}
        for id in gone:
            self.pictures[who].pop(id, None)
        assert self.pictures[who] == self.model
        self.since[who], self.touched[who] = revision, set()

    @invariant()
    def the_list_is_the_model(self) -> None:
        assert {job.id for job in self.agent.jobs()} == set(self.model)


TestChanges = Changes.TestCase
TestChanges.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
