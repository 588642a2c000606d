// SPDX-License-Identifier: Apache-2.0
//
// A job type for Maya, Houdini and 3ds Max, submitted by Farmdeck. Put this file into the folder `scripts` beside the
// flamenco-manager executable; README.md, beside this file, says which variables and task types it needs.

"use strict";

const JOB_TYPE = {
    label: "Farmdeck Render",
    description: "Render parts of a Maya, Houdini or 3ds Max scene. Submitted by Farmdeck.",
    settings: [
        { key: "chunk_size", type: "int32", default: 1, propargs: { min: 1 }, visible: "submission",
          description: "Number of frames to render in one task" },

        // What Farmdeck fills in. A path that other systems have elsewhere is a setting of its own: the Manager
        // rewrites texts that begin as a two-way variable's value.
        { key: "software", type: "string", required: true, visible: "web", description: "Maya, Houdini or 3ds Max" },
        { key: "scene_file", type: "string", required: true, visible: "web", description: "Path of the scene to render" },
        { key: "render_output_root", type: "string", subtype: "dir_path", required: true, visible: "web",
          description: "Folder that every part's pictures go below" },
        { key: "project", type: "string", visible: "hidden", description: "Maya's project folder" },
        { key: "files_root", type: "string", visible: "hidden", description: "Folder with the job's files" },
        { key: "scripts", type: "string", required: true, visible: "hidden",
          description: "Folder with the scripts that travel with the job" },
        { key: "path_maps", type: "string", default: "[]", visible: "hidden",
          description: "JSON: folders of the artist's machine, and where their files are below files_root" },
        { key: "parts", type: "string", required: true, visible: "hidden", description: "JSON: what to render" },
    ],
};

// For each application: how the worker's script calls it, its variable, and the type of its tasks.
const APPLICATIONS = {
    "Maya": { key: "maya", program: "{mayaRender}", taskType: "maya" },
    "Houdini": { key: "houdini", program: "{hython}", taskType: "houdini" },
    "3ds Max": { key: "3dsmax", program: "{3dsmaxcmd}", taskType: "3dsmax" },
};

function compileJob(job) {
    const settings = job.settings;
    const application = APPLICATIONS[settings.software];
    if (!application) {
        throw `This job type renders Maya, Houdini and 3ds Max, and not "${settings.software}".`;
    }
    for (const key of ["scene_file", "render_output_root", "scripts"]) {
        if (!settings[key]) throw `The setting ${key} is missing. Submit the job with Farmdeck.`;
    }
    const parts = readList(settings, "parts");
    if (parts.length === 0) throw "The setting parts is empty: there is nothing to render.";
    const maps = mapWords(settings);

    const tasksOfParts = [];
    for (const [index, part] of parts.entries()) {
        checkPart(part, index);
        const tasks = partTasks(settings, application, part, index, maps);
        for (const need of part.needs || []) {
            for (const task of tasks) {
                for (const earlier of tasksOfParts[need]) task.addDependency(earlier);
            }
        }
        for (const task of tasks) job.addTask(task);
        tasksOfParts.push(tasks);
    }
}

// One task for each chunk of the part's frames: render-<part>-<chunk>.
function partTasks(settings, application, part, index, maps) {
    return partChunks(settings, part).map((chunk) => {
        const task = author.Task(`render-${index}-${chunk}`, application.taskType);
        task.addCommand(author.Command("exec", {
            exe: "{farmdeckPython}",
            args: [
                below(settings.scripts, "render_part.py"), application.key,
                "--program", application.program,
                "--scene", settings.scene_file,
                "--output", below(settings.render_output_root, part.output),
                "--frames", chunk,
                ...(settings.project ? ["--project", settings.project] : []),
                ...(part.task ? ["--task", part.task] : []),
                ...maps,
                "--", ...(part.words || []),
            ],
        }));
        return task;
    });
}

// A part that must render in one go (a simulation, a cache) says so with a chunk size of 0.
function partChunks(settings, part) {
    const wanted = part.chunk_size === null || part.chunk_size === undefined ? settings.chunk_size : part.chunk_size;
    if (wanted === 0) return frameChunker(part.frames, frameCountOf(part.frames));
    if (!(wanted >= 1)) throw `chunk_size is ${wanted}; it has to be 1 or more.`;
    return frameChunker(part.frames, wanted);
}

// Managers before 3.9 have no frameCount().
function frameCountOf(frames) {
    return frameChunker(frames, 1).length;
}

function mapWords(settings) {
    const words = [];
    for (const pair of readList(settings, "path_maps")) {
        if (!Array.isArray(pair) || pair.length !== 2) throw "The setting path_maps is no list of pairs of folders.";
        // One word, so that the Manager does not take the artist's folder for one of the worker's.
        words.push(`--from=${pair[0]}`, "--to", below(settings.files_root, pair[1]));
    }
    return words;
}

function readList(settings, key) {
    let found;
    try {
        found = JSON.parse(settings[key] || "[]");
    } catch (error) {
        throw `The setting ${key} is no JSON: ${error}. Submit the job with Farmdeck.`;
    }
    if (!Array.isArray(found)) throw `The setting ${key} is no list. Submit the job with Farmdeck.`;
    return found;
}

function checkPart(part, index) {
    for (const key of ["frames", "output"]) {
        if (typeof part[key] !== "string" || !part[key]) throw `Part ${index} has no ${key}.`;
    }
    for (const need of part.needs || []) {
        if (!(Number.isInteger(need) && need >= 0 && need < index)) {
            throw `Part ${index} needs part ${need}, which does not come before it.`;
        }
    }
}

// `place` in the folder `root`, or as it is when it is absolute. Not path.join(), which would take one of the two
// slashes that begin the path of a Windows server. A variable is absolute in the end.
function below(root, place) {
    if (/^([\\/{]|[A-Za-z]:)/.test(place) || !root) return place;
    return place ? `${root.replace(/[\\/]+$/, "")}/${place}` : root;
}
