#!/usr/bin/env python3
"""What compilers do not check: which room may include which, banned calls with their
replacement, long functions and files, and that models name their source.

Prints `file:line: error: ...`; exits 1 when there was an error.  Warnings do not count.
`lint.py FOLDER` looks at another tree."""
import os
import re
import sys

FUNCTION_LINES = 70
FILE_LINES = 600

# Rooms from the top down; a file includes its own level or a lower one.
LEVELS = ["base", "engine", "sim", "models", "outputs", "cli"]
ROOMS = {"base": "base", "engine": "engine", "event_queue": "engine", "trace": "engine", "rng": "engine", "arena": "engine",
         "report": "outputs", "metrics": "outputs", "findings": "outputs", "races": "outputs", "lockorder": "outputs",
         "urgency": "outputs", "config": "outputs", "recording": "outputs", "quanta": "outputs"}
# The questions that the machine asks of its models; all else in models/ is above sim/.
QUESTIONS = {"models/schedulers/sched.h", "models/devices/device.h", "models/sync/sync.h",
             "models/executors/executor.h", "models/ops/op.h"}
# Questions, tables and helpers that the models of one folder share.
SHARED = re.compile(r"^(sched|device|sync|executor|op|ops|translator|table)(_\w+)?$")

BANNED = [  # (word, where it is allowed, what to use)
    (r"(?:s?rand|[dlm]rand48|random)(?:_r)?\s*\(", None, "a named stream: rng_next() of sim/rng.h"),
    (r"(?:time|clock|gettimeofday|clock_gettime)\s*\(", "tests/bench/",
     "simulated time: engine.now; real time is for tests/bench/ alone"),
    (r"(?:secure_)?getenv\s*\(", "sim/cli/|tests/", "an argument; the environment is read in sim/cli/"),
    (r"setlocale\s*\(", None, "nothing: output is the same in every locale"),
    (r"ato(?:i|l|ll|f)\s*\(", None, "a parser that reports errors, as in sim/config*.c"),
    (r"(?:gets|strcpy|strcat|sprintf|vsprintf|strtok)\s*\(", None, "snprintf(), or the arena's text"),
    (r"alloca\s*\(", None, "the arena: sim/arena.h"),
    (r"(?:m|c|re)alloc\s*\(", "sim/base.c|tests/", "sim_malloc(), sim_calloc(), sim_realloc(), or an arena"),
    (r"valueint\b", "sim/json.c", "valuedouble, checked: valueint stops at 2^31 - 1, which is 2.147 s"),
    (r"cJSON_(?:GetObjectItem|HasObjectItem)\s*\(", None,
     "cJSON_GetObjectItemCaseSensitive(): names are case-sensitive"),
    (r"cJSON_Parse\s*\(", "tests/", "cJSON_ParseWithLengthOpts(), which sees what follows the value"),
    (r"(?:printf|puts|putchar|perror)\s*\(|\bstderr\b|\bexit\s*\(", "sim/cli/|sim/base.c|tests/",
     "a diag or a text given back: only sim/cli/ prints or exits"),
    (r"\bassert\s*\(", None, "sim_assert(), which stays on, or ck_assert() in a test"),
]
BANNED = [(re.compile(r"(?<![\w.>])(?<!->)" + p if not p.startswith("valueint") else p),
           re.compile(a) if a else None, use) for p, a, use in BANNED]
FLOAT = re.compile(r"\b(?:float|double)\b|#\s*include\s*<math\.h>")

errors = 0


def say(path, line, text, kind="error"):
    global errors
    errors += kind == "error"
    print(f"{path}:{line}: {kind}: {text}")


def blank(text):
    """The text with comments and literals replaced by spaces, lines kept."""
    def spaces(match):
        return re.sub(r"[^\n]", " ", match.group(0))
    token = r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''
    return re.sub(token, spaces, text, flags=re.S)


def level(path):
    """The file's level, or None for a file above all rooms (tests)."""
    if path.startswith("tests/"):
        return None
    if path.startswith("sim/cli/"):
        return "cli"
    if path.startswith("plots/"):
        return "outputs"
    if path.startswith("models/"):
        return "models"
    stem = os.path.splitext(os.path.basename(path))[0]
    return ROOMS.get(stem) or ROOMS.get(stem.split("_")[0], "sim")


def check_includes(root, path, lines):
    own, stem = level(path), os.path.splitext(path)[0]
    first = None
    for number, line in enumerate(lines, 1):
        match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if not match:
            continue
        name, quoted = match.group(2), match.group(1) == '"'
        if first is None:
            first = name
            if path.endswith(".c") and name != stem + ".h" and os.path.exists(
                    os.path.join(root, stem + ".h")):
                say(path, number, f'"{stem}.h" comes first: a header must stand alone')
        if not quoted:
            continue
        if not os.path.exists(os.path.join(root, name)):
            say(path, number, f'"{name}": not a path from the root of the project')
            continue
        if own is None:
            continue
        other = level(name)
        if other is None:
            say(path, number, f"{path} must not include {name} of the tests")
            continue
        asks = name in QUESTIONS and path.startswith("sim/")
        if LEVELS.index(other) > LEVELS.index(own) and not asks:
            say(path, number, f"{own} must not include {name} of {other}: includes point down only")
        if path.startswith("models/") and name.startswith("models/"):
            base = os.path.splitext(os.path.basename(name))[0]
            mine = os.path.splitext(os.path.basename(path))[0]
            if base.endswith(("_list", "_tree")):  # what several models keep their threads in
                continue
            if not SHARED.match(base) and not SHARED.match(mine) and base != mine:
                say(path, number, f"a model names no other model: {name}")


def check_calls(path, code):
    models = path.startswith("models/")
    for number, line in enumerate(code.splitlines(), 1):
        for pattern, allowed, use in BANNED:
            match = pattern.search(line)
            if match and not (allowed and allowed.match(path)):
                say(path, number, f"{match.group(0).rstrip(' (')}: use {use}")
        if models and FLOAT.search(line):
            say(path, number, "no floating point in models: fixed point, or a ratio of integers")


def check_lengths(path, code):
    lines = code.splitlines()
    if len(lines) > FILE_LINES:
        say(path, len(lines), f"{len(lines)} lines; more than {FILE_LINES} hide a second idea", "warning")
    start = None
    for number, line in enumerate(lines, 1):
        if line.rstrip() == "{" and start is None:
            start = number
        elif line.startswith("}") and start is not None:
            # A function's brace stands on a line of its own; so does a table's, never.
            if number - start - 1 > FUNCTION_LINES:
                say(path, start, f"function of {number - start - 1} lines; {FUNCTION_LINES} at most")
            start = None


def check_source(path, text):
    base = os.path.splitext(os.path.basename(path))[0]
    if not path.startswith("models/") or not path.endswith(".c") or SHARED.match(base):
        return
    if not re.search(r"^\s*(?:/?\*+|//)?\s*(?:\.source = )?\"?Source:\s*\S", text, re.M):
        say(path, 1, "no `Source:` comment: which paper, standard or file does it model?")


def check_readmes(root):
    for top in ("sim", "models", "plots", "tests", "configs"):
        folders = [top]
        if top == "models":
            folders += [f"{top}/{d}" for d in sorted(os.listdir(os.path.join(root, top)))
                        if os.path.isdir(os.path.join(root, top, d))]
        for folder in folders:
            if not os.path.exists(os.path.join(root, folder, "README.md")):
                say(f"{folder}/README.md", 1, "missing: what lives here, what does not, what to read first")


def main(root):
    for top in ("sim", "models", "plots", "tests"):
        for folder, _, names in sorted(os.walk(os.path.join(root, top))):
            for name in sorted(n for n in names if n.endswith((".c", ".h"))):
                full = os.path.join(folder, name)
                path = os.path.relpath(full, root)
                with open(full, encoding="utf-8") as file:
                    text = file.read()
                code = blank(text)
                check_includes(root, path, text.splitlines())
                check_calls(path, code)
                check_lengths(path, code)
                check_source(path, text)
    check_readmes(root)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "."))
