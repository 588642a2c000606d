# SPDX-License-Identifier: GPL-3.0-or-later
"""The desk and what to do with its answers: the main thread only ever puts a question into a queue, or takes news."""

from __future__ import annotations

import time
from queue import Empty
from typing import Any, Callable

from ._core import Action, Desk, Done, News, Store, Submission

BUDGET_SECONDS = 0.002
Answer = Callable[[Done], None]


class Mail:
    """Asks the desk; hands each answer to the one who asked, and other news to `on_news`."""

    def __init__(self, desk: Desk, on_news: Callable[[News], None], clock: Callable[[], float] = time.perf_counter):
        self._desk = desk
        self._on_news = on_news
        self._clock = clock
        self._open: dict[int, Answer] = {}
        self._started = False

    def start(self) -> None:
        """Start the worker thread, once; a Blender that only renders never gets here."""
        if not self._started:
            self._started = True
            self._desk.start()

    def ask(self, work: Callable[[Store], Any], answer: Answer) -> None:
        """Run `work` on the worker thread; `answer` gets what came of it, on the main thread."""
        self.start()
        self._open[self._desk.ask(work)] = answer

    def submit(self, make: Callable[[], Submission], answer: Answer) -> None:
        """Hand over; the value is the Job."""
        self.start()
        self._open[self._desk.submit(make)] = answer

    def act(self, job: str, action: Action, answer: Answer) -> None:
        """Ask the agent to do something with a job; the value is the list of command numbers."""
        self.start()
        self._open[self._desk.act([job], action)] = answer

    def watch_frames(self, job: str) -> None:
        """Bring news of this job's frames too."""
        self._desk.watch_frames(job)

    @property
    def waits(self) -> bool:
        """Is an answer still on its way?"""
        return bool(self._open)

    def drain(self, budget: float = BUDGET_SECONDS) -> bool:
        """Take news for at most `budget` seconds; was there any?"""
        until = self._clock() + budget
        some = False
        while self._clock() < until:
            try:
                news = self._desk.news.get_nowait()
            except Empty:
                break
            some = True
            self._deliver(news)
        return some

    def close(self) -> None:
        """End the worker thread once it did what it was asked."""
        if self._started:
            self._desk.close()

    def _deliver(self, news: News) -> None:
        if isinstance(news, Done) and news.ticket in self._open:
            self._open.pop(news.ticket)(news)
        else:
            self._on_news(news)
