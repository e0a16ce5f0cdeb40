#!/usr/bin/env python3
"""Whether quanta reads what configs/schema.json allows, and nothing else.

usage: schema_walk.py QUANTA SCHEMA [MUTATIONS [SEED]]

Two ways to configs that are a little wrong, or a little odd:

  the walk      every key of every object that the schema knows, with values of each type, at and
                beyond each limit, without it where it is required, with a letter missing or one
                too many
  mutations     of configs that are shipped, at random places

Each is given to a validator and to `quanta check`.  What the schema refuses quanta must refuse, with
a position; what the schema allows quanta must read, or say one of the things that a schema cannot
tell (BEYOND).  A key that is misspelt must be answered with the key that was meant.  Whatever it is
given, quanta must not crash: with a build that has sanitizers that is what this is run for.
"""
import copy
import glob
import json
import os
import random
import re
import subprocess
import sys
import tempfile

import jsonschema

BATCH = 150  # files for one quanta
SHOWN = 12  # of those that are wrong
LENGTH = 1500  # of what is shown of a config

# What no schema can say, by the reader's words.
BEYOND = re.compile("|".join((
    r"/variants/", r'a file needs "tasks"',  # patches, whose sense is in what they change
    r"there is no ", r"no (device|program|executor|sync object|task|variable|core|policy|promise|worker)",
    r"is not a whole number of nanoseconds", r"is too long", r"more than .* ns", r"beyond 2\^62|2\^62",
    r"expression", r"\$\{", r"expected an? (operator|value|name)",  # the syntax of expressions
    r"neither a variable", r"names? no ", r"not a variable",
    r"elsewhere|on an event loop|of an event loop|event-loop|in a browser|browser",
    r"without end|needs \"until\"|until", r"must (differ|come|be above|be below|not)", r"not both", r"together",
    r"twice|already|is also|the same", r"waits for itself|cycle|circle",
    r"must be from .* to 1000000 s", r"needs one value, or as many as", r"needs \"deadline\" or", r"cannot be awaited",
    r"which one\?", r"is from 1 to 99", r"is more than", r"is beyond", r"no timer", r"no promise",
    r"the machine has", r"is a (mutex|semaphore|spinlock|rwlock|condvar|barrier|channel)",
    r"has \d+ (levels|values)", r"per level", r"are 9007199254740993|beyond 2\^53|2\^53")))

ODD = (None, True, False, -1, 0, 0.5, 1, 2, 3, 99, 100, 2**31, 2**32, 2**53, 1e19, 1e300, -1e300, "", "x", "A", "1", "-1",
       "5ms", "-5ms", "5 ms", "5m", "1.5us", "0.5ns", "99999999999s", "1e3ms", "16MB", "100MB/s", "3/ms", "0/s", "x = 1",
       "x =", "1 +", "unlimited", "node", [], [1], ["A"], ["5ms", "6ms"], [[]], {}, {"x": 1}, {"exp": "1ms"}, {"cpu": 1},
       [{"cpu": 1}], {"//": 1})

# Names that a config needs so that others may use them.
WORLD = {
    "until": "1s",
    "machine": {"cores": 2},
    "devices": {"d": {"service": 1}},
    "sync": {"m": {"mutex": {}}, "w": {"rwlock": {}}, "s": {"semaphore": 1}, "c": {"condvar": {}}, "b": {"barrier": 1},
             "ch": {"channel": 1}},
    "vars": {"x": 0},
    "programs": {"p": []},
    "executors": {"l": {"kind": "event-loop", "heap": {"limit": "1GB"}}, "page": {"kind": "event-loop", "flavor": "browser"}},
    "tasks": [{"name": "A", "do": []}],
}
VALUES = {"io": "d", "lock": "m", "trylock": "m", "unlock": "m", "wait": "s", "post": "s", "signal": "c", "broadcast": "c",
          "barrier": "b", "send": "ch", "recv": "ch", "call": "p", "spawn": "p", "worker": "p", "join": "p", "set": "x = 1",
          "atomic": "x = 1", "clear": "t", "ref": "t", "unref": "t", "resolve": "q", "reject": "q", "then": "q",
          "all": ["q"], "allSettled": ["q"], "any": ["q"], "race": ["q"], "postMessage": "one", "receiveMessage": "one",
          "closePort": "one", "terminate": "wk", "into": "x", "name": "B", "do": [], "await": None}
BEFORE = {"join": [{"spawn": "p"}], "clear": [{"setTimeout": 1, "id": "t", "do": []}],
          "ref": [{"setTimeout": 1, "id": "t", "do": []}], "unref": [{"setTimeout": 1, "id": "t", "do": []}],
          "terminate": [{"worker": "p", "as": "wk"}], "signal": [], "broadcast": []}
BEFORE.update({k: [{"promise": "q"}] for k in ("resolve", "reject", "then", "all", "allSettled", "any", "race")})
BEFORE.update({k: [{"messageChannel": "one", "to": "two"}] for k in ("postMessage", "receiveMessage", "closePort")})
PAGE = ("requestAnimationFrame",)
# Keys of devices that have a discipline, or a preset.
FOR_SOME = {"direction": "scan", "seek": "scan", "cylinders": "scan", "head": "scan", "rtt": "tcp", "handshake": "tcp",
            "keep_alive": "tcp"}


class Schema:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.root = json.load(file)
        self.validator = jsonschema.Draft202012Validator(self.root)

    def resolve(self, schema):
        while "$ref" in schema:
            schema = self.root["$defs"][schema["$ref"].split("/")[-1]]
        return schema

    def objects(self, schema):
        """The alternatives that are objects with keys of their own."""
        schema = self.resolve(schema)
        for one in schema.get("anyOf", [schema]):
            one = self.resolve(one)
            if one.get("type") == "object" and "properties" in one:
                yield one

    def example(self, schema, key=None):
        """A small value that it allows."""
        schema = self.resolve(schema)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return schema["enum"][0]
        if key in VALUES:
            return copy.deepcopy(VALUES[key])
        if "anyOf" in schema:
            return self.example(schema["anyOf"][0])
        kind = schema.get("type")
        if isinstance(kind, list):
            kind = kind[-1]
        if kind in ("integer", "number"):
            low = schema.get("exclusiveMinimum", schema.get("minimum", 1) - 1) + 1
            return max(low, 1) if schema.get("maximum", 1) >= 1 else low
        if kind == "array":
            items = schema.get("prefixItems") or [schema.get("items", {})] * schema.get("minItems", 0)
            return [self.example(item) for item in items]
        if kind == "object":
            return self.minimal(schema)
        if kind == "boolean":
            return True
        return "1ms" if "pattern" in schema else "n"

    def minimal(self, schema):
        return {key: self.example(schema["properties"][key], key) for key in schema.get("required", ())}

    def limits(self, schema):
        """Numbers at its limits and next to them."""
        schema = self.resolve(schema)
        for one in schema.get("anyOf", [schema]):
            one = self.resolve(one)
            for limit in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
                if limit in one and abs(one[limit]) < 2**53:  # where numbers are exact
                    yield from (one[limit] - 1, one[limit], one[limit] + 1, one[limit] + 0.5)
            for word in one.get("enum", ()):
                yield from (word, str(word)[:-1])
            if "const" in one:
                yield one["const"]


# ---- the walk ------------------------------------------------------------------------------------


def place_op(op, before=()):
    """A config with that op, on a loop if need be."""
    name = next(iter(op), "")
    world = copy.deepcopy(WORLD)
    world["tasks"].append({"name": "B", "do": [*before, op]})
    if name in PAGE:
        world["tasks"][1]["on"] = "page"
    return world


def places(schema):
    """(what, object schema, function from such an object to a config)."""
    root = schema.root
    defs = root["$defs"]

    def inside(*path):
        def put(value):
            world = copy.deepcopy(WORLD)
            at = world
            for step in path[:-1]:
                at = at.setdefault(step, {}) if isinstance(at, dict) else at[step]
            at[path[-1]] = value
            return world
        return put

    yield "the file", root, lambda value: value if "tasks" in value else dict(WORLD, **value)
    for one in schema.objects(defs["machine"]):
        yield "machine", one, inside("machine")
        for part in ("cache",):
            yield "machine." + part, one["properties"][part], inside("machine", part)
        for core in schema.objects(one["properties"]["cores"]["anyOf"][1]["items"]):
            yield "core", core, lambda value: inside("machine", "cores")([value])
    for one in schema.objects(defs["scheduler"]):
        yield "policy " + one["properties"]["policy"]["const"], one, inside("machine", "scheduler")
    for one in schema.objects(defs["device"]):
        for more in ({}, {"discipline": "scan"}, {"preset": "tcp", "rtt": 1}):
            yield f"device {more}", one, lambda value, more=more: inside("devices", "e")({**more, **value})
    for one in schema.objects(defs["sync"]):
        yield "sync " + one["required"][0], one, inside("sync", "e")
        for inner in schema.objects(one["properties"][one["required"][0]]):
            yield "sync " + one["required"][0], inner, \
                lambda value, name=one["required"][0]: inside("sync", "e")({name: value})
    for one in schema.objects(defs["executor"]):
        yield "executor " + one["properties"]["kind"]["const"], one, inside("executors", "e")
        if "heap" in one["properties"]:
            yield "heap", one["properties"]["heap"], \
                lambda value: inside("executors", "e")({"kind": "event-loop", "heap": value})
    for one in schema.objects(defs["task"]):
        yield "task", one, lambda value: dict(copy.deepcopy(WORLD), tasks=[WORLD["tasks"][0], value])
    for one in schema.objects(defs["op"]):
        name = one["required"][0]
        yield "op " + name, one, lambda value, name=name: place_op(value, BEFORE.get(name, ()))
    for one in schema.objects(defs["time_or_distribution"]):
        yield "distribution", one, lambda value: place_op({"cpu": value})


def on_a_loop(config):
    """The same, with its ops on an event loop."""
    config = copy.deepcopy(config)
    for task in config.get("tasks", ()):
        if isinstance(task, dict) and task.get("name") == "B":
            task.setdefault("on", "l")
    return config


def misspelt(key):
    return [key[:-1] + key[-1] * 2] + ([key[:-2] + key[-1] + key[-2]] if len(key) > 3 and key[-1] != key[-2] else [])


def walk(schema):
    """(what, config, the key that was meant or None, whether it must be read)."""
    for what, one, put in places(schema):
        base = schema.minimal(one)
        yield what, put(base), None, True
        for key, prop in one["properties"].items():
            if key.startswith("$"):
                continue
            for value in (*ODD, *schema.limits(prop), {**base, "//": 1}):
                yield f"{what}: {key}", put({**base, key: value}), None, False
            others = {} if what == "distribution" else base  # which has one key
            known = "device" not in what or FOR_SOME.get(key, "device") in what
            for wrong in misspelt(key):
                if wrong not in one["properties"]:
                    yield f"{what}: {wrong}", put({**others, wrong: schema.example(prop, key)}), known and key, False
        for key in one.get("required", ()):
            yield f"{what}: no {key}", put({k: v for k, v in base.items() if k != key}), None, False


# ---- mutations -----------------------------------------------------------------------------------


def spots(value, found):
    """Each (container, key) within."""
    for key in list(value) if isinstance(value, dict) else range(len(value)):
        found.append((value, key))
        if isinstance(value[key], (dict, list)):
            spots(value[key], found)
    return found


def mutate(config, r):
    config = copy.deepcopy(config)
    for _ in range(r.choice((1, 1, 1, 2, 3))):
        at, key = r.choice(spots(config, []))
        how = r.randrange(6)
        if how == 0:
            del at[key]
        elif how == 1 and isinstance(at, dict):
            at[r.choice(misspelt(key) if len(key) > 1 else ["a"])] = at.pop(key)
        elif how == 2 and isinstance(at, list):
            at.insert(key, copy.deepcopy(at[r.randrange(len(at))]))
        elif how == 3:
            other, there = r.choice(spots(config, []))
            at[key] = copy.deepcopy(other[there])
        elif how == 4 and isinstance(at[key], (int, float)) and not isinstance(at[key], bool):
            at[key] = r.choice((-at[key], at[key] * 2, at[key] + 0.5, at[key] * 10**9, at[key] * 10**15))
        else:
            at[key] = copy.deepcopy(r.choice(ODD))
        if not config:
            break
    return config


def mutations(count, seed):
    shipped = []
    for path in sorted(glob.glob("configs/*/*.json")) + sorted(glob.glob("tests/node/*.json")):
        with open(path, encoding="utf-8") as file:
            config = json.load(file)
        if len(json.dumps(config)) < 20000:
            shipped.append((path, config))
    r = random.Random(seed)
    for i in range(count):
        path, config = r.choice(shipped)
        yield f"{path}, mutation {i} of seed {seed}", mutate(config, r), None, False


# ---- both verdicts -------------------------------------------------------------------------------


class Crashed(Exception):
    pass


def quanta_says(quanta, folder, configs):
    """For each: None where it is read, else what is said about it."""
    if not configs:
        return []
    paths = []
    for i, config in enumerate(configs):
        paths.append(os.path.join(folder, f"{i}.json"))
        with open(paths[-1], "w", encoding="utf-8") as file:
            json.dump(config, file)
    done = subprocess.run([quanta, "check", *paths], capture_output=True, text=True, check=False, errors="replace")
    if done.returncode not in (0, 2) or "runtime error" in done.stderr or "Sanitizer" in done.stderr:
        if len(configs) == 1:
            raise Crashed(f"{json.dumps(configs[0])}\n{done.stderr[-3000:]}")
        return [said for config in configs for said in quanta_says(quanta, folder, [config])]
    said = {path: [] for path in paths}
    at = None
    for line in done.stderr.splitlines():
        match = re.match(r"(.*?\.json):(\d+:\d+: )?", line)
        at = match.group(1) if match and match.group(1) in said else at
        if at is None:
            raise Crashed(f"a line that names no file: {line}")
        said[at].append(line)
    fine = {line.rsplit(": fine", 1)[0] for line in done.stdout.splitlines()}
    return [None if path in fine else "\n".join(said[path]) for path in paths]


def merged(target, patch):
    """RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    target = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            target.pop(key, None)
        else:
            target[key] = merged(target.get(key), value)
    return target


def allows(schema, config):
    """What is read are the variants, so a part that all of them replace may be anything."""
    if schema.validator.is_valid(config):
        return True
    variants = config.get("variants") if isinstance(config, dict) else None
    if not isinstance(variants, dict):
        return False
    base = {key: value for key, value in config.items() if key != "variants"}
    patches = [patch for name, patch in variants.items() if name != "//"]
    return bool(patches) and all(schema.validator.is_valid(merged(base, patch)) for patch in patches)


def judge(schema, item, said):
    """None where both agree; else what is wrong."""
    _, config, meant, must = item
    allowed = allows(schema, config)
    if said is None:
        return None if allowed else "the schema refuses what quanta reads"
    if "error" not in said or not re.search(r":\d+:\d+: error: ", said):
        return "quanta says nothing, or no place: " + said
    if meant and f'did you mean "{meant}"' not in said:
        return f'quanta does not ask whether "{meant}" was meant: ' + said
    if allowed and (must or not BEYOND.search(said)):
        return "quanta refuses what the schema allows: " + said
    return None


def check(quanta, schema, items):
    """(how many, how many were read, [(item, what is wrong)])."""
    total = read = 0
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        batch = []
        for item in (*items, None):
            if item is not None:
                batch.append(item)
            if len(batch) < BATCH and item is not None:
                continue
            for one, said in zip(batch, quanta_says(quanta, folder, [one[1] for one in batch])):
                fault = judge(schema, one, said)
                total += 1
                read += said is None
                if fault:
                    wrong.append((one, fault))
            batch = []
    return total, read, wrong


def variants_of(items):
    """Ops stand on threads; where that is what is wrong with them, on a loop."""
    for what, config, meant, must in items:
        if what.startswith("op "):
            yield what, on_a_loop(config), meant, must
        else:
            yield what, config, meant, must


def main():
    quanta, schema = os.path.abspath(sys.argv[1]), Schema(sys.argv[2])
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 2000
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    bad = 0
    try:
        for name, items in (("mutations", mutations(count, seed)), ("keys", variants_of(walk(schema)))):
            total, read, wrong = check(quanta, schema, items)
            for (what, config, _, _), fault in wrong[:SHOWN]:
                print(f"{what}: {fault}\n  {json.dumps(config)[:LENGTH]}")
            bad += len(wrong)
            print(f"{name}: {total} configs, {read} of them read; {len(wrong)} on which quanta and the schema differ")
    except Crashed as e:
        print(f"quanta crashes on\n{e}")
        return 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
