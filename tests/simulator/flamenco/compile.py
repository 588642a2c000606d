"""Job type scripts, run in QuickJS with what the Manager gives a script: author, path, process, frames, time.

The Manager runs them in goja. Source: Flamenco 3.9-beta1, internal/manager/job_compilers (author.go, js_globals.go,
js_path.go, js_process.go) and pkg/crosspath. A task or command is copied when it is added, as there: what is added to
it later is lost.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .frame_ranges import BadRange, chunks, explode
from .job_types import Authored, CompileError, Draft, JobType, finished, name_of
from .jobs import Command

MEMORY = 256 << 20
"""The most that a script may take; QuickJS allows no limit of time where JavaScript calls Python."""

PRELUDE = r"""
"use strict";
globalThis.__tasks = []; globalThis.__said = [];
const __ask = (name, ...given) => {
    const answer = JSON.parse(__call(name, JSON.stringify(given)));
    if ("error" in answer) throw new GoError(answer.error);
    return answer.value;
};
class GoError extends Error { get name() { return "GoError"; } }
const print = (...args) => { __said.push(args.map(String).join(" ")); };
const alert = print;
const __text = (value) => value === undefined ? "" : String(value);
const frameChunker = (range, size) => __ask("chunks", __text(range), Math.trunc(Number(size)) || 0);
const frameCount = (range) => __ask("count", __text(range));
const shellSplit = (text) => __ask("split", __text(text));
const formatTimestampLocal = (time) => {
    if (time !== __created) throw new TypeError("not a time");
    return __timestamp;
};
const process = { platform: "linux", cwd: () => "/" };
const path = (() => {
    const slashed = (text) => String(text).replaceAll("\\", "/");
    const clean = (text) => {
        const kept = [], rooted = text.startsWith("/");
        for (const part of text.split("/")) {
            if (part === "" || part === ".") continue;
            if (part === ".." && kept.length && kept[kept.length - 1] !== "..") kept.pop();
            else if (part !== ".." || !rooted) kept.push(part);
        }
        return (rooted ? "/" : "") + kept.join("/") || (rooted ? "/" : ".");
    };
    const basename = (text) => {
        const trimmed = slashed(text).replace(/\/+$/, "");
        if (trimmed === "") return String(text) === "" ? "." : "/";
        return trimmed.slice(trimmed.lastIndexOf("/") + 1);
    };
    return {
        basename,
        dirname: (text) => {
            const whole = slashed(text), end = whole.lastIndexOf("/");
            return end < 0 ? "." : end === 0 ? "/" : whole.slice(0, end);
        },
        join: (...parts) => {
            const given = parts.map(String).filter((part) => part !== "");
            return given.length ? slashed(clean(given.join("/"))) : "";
        },
        stem: (text) => {
            const base = basename(text), dot = base.lastIndexOf(".");
            return dot < 0 ? base : base.slice(0, dot);
        },
    };
})();
const author = (() => {
    let made = 0;
    return {
        Task: (name, type) => {
            name = String(name).trim(); type = String(type).trim();
            if (!name) throw new GoError("author.Task(name, type): name is required");
            if (!type) throw new GoError("author.Task(name, type): type is required");
            return {
                uuid: String(made++), name, type, priority: 50, commands: [], dependencies: [],
                addCommand(command) { this.commands.push({ ...command }); },
                addDependency(task) { this.dependencies.push(task.uuid); },
            };
        },
        Command: (name, parameters, steps = 0) => ({ name, parameters, totalStepCount: Math.trunc(steps) }),
    };
})();
const __created = Object.freeze({});
"""

RUN = r"""
(() => {
    const job = JSON.parse(__job);
    job.created = __created;
    job.addTask = (task) => {
        __tasks.push({ ...task, commands: [...task.commands], dependencies: [...task.dependencies] });
    };
    compileJob(job);
    return JSON.stringify({ tasks: __tasks, settings: job.settings, metadata: job.metadata });
})()
"""


def _answers(name: str, given: list[Any]) -> Any:
    if name == "chunks":
        return chunks(given[0], given[1])
    if name == "count":
        return len(explode(given[0]))
    return shlex.split(given[0])


def _call(name: str, given: str) -> str:
    """A function of the Manager's; an error goes over as text, since QuickJS loses what Python raised."""
    try:
        return json.dumps({"value": _answers(name, json.loads(given))})
    except (BadRange, ValueError) as error:
        return json.dumps({"error": str(error)})


def _context(script: Path) -> Any:
    import quickjs  # only a test that gives a script needs it

    context = quickjs.Context()
    context.set_memory_limit(MEMORY)
    context.add_callable("__call", _call)
    context.eval(PRELUDE)
    context.eval(script.read_text(encoding="utf-8"))
    return context


def _guarded(script: Path, work: Callable[[], str]) -> str:
    import quickjs

    try:
        return work()
    except quickjs.JSException as error:
        thrown = str(error).removesuffix("\nundefined").split("\n    at ")[0].rstrip()
        raise CompileError(f"{thrown} at compileJob ({script.name}:1:1(1))") from error


def job_type(script: Path) -> JobType:
    """The type that a script describes. Raises CompileError when it does not run or describes none."""
    text = _guarded(script, lambda: str(_context(script).eval("JSON.stringify(JOB_TYPE)")))
    return JobType(finished(json.loads(text), name_of(script)), lambda draft: _compile(script, draft))


def _compile(script: Path, draft: Draft) -> list[Authored]:
    job = {
        "name": draft.name,
        "jobType": draft.type,
        "priority": draft.priority,
        "settings": draft.settings,
        "metadata": draft.metadata,
    }

    def work() -> str:
        context = _context(script)
        context.set("__job", json.dumps(job))
        context.set("__timestamp", draft.timestamp())
        return str(context.eval(RUN))

    made = json.loads(_guarded(script, work))
    draft.settings, draft.metadata = made["settings"], made["metadata"]
    place = {task["uuid"]: index for index, task in enumerate(made["tasks"])}
    return [_authored(task, place) for task in made["tasks"]]


def _authored(task: dict[str, Any], place: dict[str, int]) -> Authored:
    commands = [Command(one["name"], one.get("parameters") or {}, one["totalStepCount"]) for one in task["commands"]]
    missing = [uuid for uuid in task["dependencies"] if uuid not in place]
    if missing:
        raise CompileError("error persisting job in database")
    return Authored(task["name"], task["type"], commands, [place[uuid] for uuid in task["dependencies"]])
