#!/usr/bin/env python3
"""Random loop workloads, as a config for quanta and as the JavaScript program that does the same:
real node runs the one, quanta the other, and the orders of their labels are compared.

usage: node_check.py QUANTA [SEEDS [FIRST]]       a seed that disagrees is made smaller and printed

Only orders that Node defines are compared.  A workload's order must not depend on how long the
machine takes for what the config has no time for: quanta runs each config with several such costs,
and a seed whose orders differ among them is passed over.
"""
import copy
import json
import os
import random
import subprocess
import sys
import tempfile

NODE = "node"
SECONDS = 20  # for one run; a program takes far less
BODIES = ("do", "then", "catch", "setImmediate", "nextTick", "microtask", "async")


class Maker:
    """One workload: a list of ops, in the workload language."""

    def __init__(self, seed):
        self.r = random.Random(seed)
        self.labels = self.names = 0

    def name(self, letter):
        self.names += 1
        return f"{letter}{self.names}"

    def log(self):
        self.labels += 1
        return {"log": f"x{self.labels}"}

    def body(self, depth, awaits):
        ops = [self.log()]
        for _ in range(self.r.randrange(0, 3 if depth else 1)):
            ops += self.op(depth, awaits)
        if self.r.random() < 0.4:
            ops.append(self.log())
        if any("setTimeout" in op or "io" in op for op in ops):
            ops.append({"cpu": 10})  # what was just started is due in the next pass
        return ops

    def later(self, ops):
        """Something that runs `ops` some time."""
        kind = self.r.choice(["nextTick", "microtask", "setImmediate", "setTimeout", "async"])
        if kind == "setTimeout":
            return {"setTimeout": self.r.choice([30, 60]), "do": ops}
        if kind == "async":
            return {"async": [{"await": None}] + ops}
        return {kind: ops}

    def promise(self, depth):
        name = self.name("p")
        ops = [{"promise": name}]
        good = self.r.random() < 0.8
        settle = [{"resolve": name} if good else {"reject": name}]
        if self.r.random() < 0.4:
            ops += settle
        else:
            ops.append(self.later([self.log()] + settle + [self.log()]))
        for _ in range(self.r.randrange(1, 4)):
            then = {"then": name, "do": self.body(depth, self.r.random() < 0.2), "as": self.name("q")}
            if not good:
                then["catch"] = self.body(depth, False)
            ops.append(then)
            if self.r.random() < 0.5:
                ops.append({"then": then["as"], "do": self.body(depth, False)})
        if good and self.r.random() < 0.5:
            ops.append({"async": [self.log(), {"await": name}] + self.body(depth, True)})
        if good and self.r.random() < 0.3:
            other = self.name("p")
            ops += [{"promise": other}, {"resolve": other, "with": name},
                    {"then": other, "do": [self.log()]}]
        return ops

    def op(self, depth, awaits):
        if depth == 0:
            return [self.log()]
        pick = self.r.random()
        below = depth - 1
        if awaits and pick < 0.3:
            return [self.r.choice([{"await": None}, {"sleep": 1}, {"sleep": 45}, {"yield": True},
                                   {"await": {"async": self.body(below, True)}}, {"io": "fs"}]), self.log()]
        if pick < 0.42:
            return [{"nextTick": self.body(below, self.r.random() < 0.2)}]
        if pick < 0.52:
            return [{"microtask": self.body(below, False)}]
        if pick < 0.62:
            return [{"setImmediate": self.body(below, self.r.random() < 0.2)}]
        if pick < 0.74:
            return [{"setTimeout": self.r.choice([1, 1, 1, 25, 50, 90]),
                     "do": self.body(below, self.r.random() < 0.2)}]
        if pick < 0.80:
            name = self.name("t")
            clear = self.later([{"clear": name}])
            return [{"setTimeout": self.r.choice([1, 40]), "id": name, "do": self.body(below, False)}, clear]
        if pick < 0.90:
            return self.promise(below)
        if pick < 0.94:
            return [{"io": "fs", "then": self.body(below, False)}, {"cpu": 20}]
        if pick < 0.96:
            name = self.name("i")
            return [{"setInterval": self.r.choice([1, 35]), "id": name,
                     "do": self.body(0, False) + [{"cpu": 10}]},  # names within would be given again
                    {"setTimeout": self.r.choice([50, 100]), "do": [{"clear": name}, self.log()]}]
        return [{"async": self.body(below, True)}]

    def program(self):
        ops = []
        for _ in range(self.r.randrange(2, 6)):
            ops += self.op(3, False)
        return ops + [{"cpu": 6}, self.log()]


# ---- as JavaScript ---------------------------------------------------------------------------


def waits(ops):
    return any(("await" in op) or ("sleep" in op) or ("yield" in op) or ("io" in op and "then" not in op)
               for op in ops)


def function(ops):
    return ("async " if waits(ops) else "") + "() => {" + script(ops) + "}"


def statement(op):
    if "log" in op:
        return f"L('{op['log']}');"
    if "cpu" in op:
        return f"busy({op['cpu']});"
    if "setTimeout" in op:
        name = op.get("id", "none")
        return f"T.{name} = setTimeout({function(op['do'])}, {op['setTimeout']});"
    if "setInterval" in op:
        return f"T.{op['id']} = setInterval({function(op['do'])}, {op['setInterval']});"
    if "setImmediate" in op:
        return f"setImmediate({function(op['setImmediate'])});"
    if "nextTick" in op:
        return f"process.nextTick({function(op['nextTick'])});"
    if "microtask" in op:
        return f"queueMicrotask({function(op['microtask'])});"
    if "clear" in op:
        return f"clearTimeout(T.{op['clear']});"
    if "promise" in op:
        return f"P.{op['promise']} = make();"
    if "resolve" in op:
        value = f"P.{op['with']}.p" if "with" in op else ""
        return f"P.{op['resolve']}.resolve({value});"
    if "reject" in op:
        return f"P.{op['reject']}.reject('no');"
    if "then" in op and "io" not in op:
        catch = ", " + function(op["catch"]) if "catch" in op else ""
        return f"P.{op.get('as', 'none')} = {{ p: P.{op['then']}.p.then({function(op['do'])}{catch}) }};"
    if "async" in op:
        return f"(async () => {{{script(op['async'])}}})();"
    if "sleep" in op:
        return f"await sleep({op['sleep']});"
    if "yield" in op:
        return "await scheduler.yield();"
    if "io" in op:
        return f"fs.stat('.', {function(op['then'])});" if "then" in op else "await stat('.');"
    what = op["await"]
    if what is None:
        return "await null;"
    if isinstance(what, str):
        return f"await P.{what}.p;"
    return f"await (async () => {{{script(what['async'])}}})();"


def script(ops):
    return " ".join(statement(op) for op in ops)


PRELUDE = """const fs = require('fs'), stat = require('util').promisify(fs.stat);
const { setTimeout: sleep, scheduler } = require('timers/promises');
const lines = [], L = s => lines.push(s), T = {}, P = {};
const make = () => { const o = {}; o.p = new Promise((a, b) => { o.resolve = a; o.reject = b; }); return o; };
const cell = new Int32Array(new SharedArrayBuffer(4));
const busy = ms => Atomics.wait(cell, 0, 0, ms); // blocks the thread, and leaves its core to the pool
process.on('exit', () => console.log(lines.join('\\n')));
"""


def node_order(ops):
    with tempfile.NamedTemporaryFile("w", suffix=".js") as f:
        f.write(PRELUDE + script(ops) + "\n")
        f.flush()
        try:
            r = subprocess.run([NODE, f.name], capture_output=True, text=True, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired:
            return ["node: it does not end"]
    return r.stdout.split() if r.returncode == 0 else ["node: " + r.stderr]


# ---- as a config -------------------------------------------------------------------------------


def with_costs(ops, cost):
    """What the config has no time for: `cost` behind each label."""
    out = []
    for op in ops:
        op = {k: with_costs(v, cost) if isinstance(v, list) else v for k, v in op.items()}
        if isinstance(op.get("await"), dict):
            op["await"] = {k: with_costs(v, cost) for k, v in op["await"].items()}
        out.append(op)
        if "log" in op and cost:
            out.append({"cpu": cost})
    return out


def config(ops, cost, service):
    device = {"service": service, "channels": "unlimited", "mode": "pool"} if service else {}  # at once
    return {"machine": {"cores": 6}, "devices": {"fs": device},
            "executors": {"default": {"kind": "event-loop", "main": with_costs(ops, cost)}}}


def quanta_order(quanta, ops, cost="", service="0.1ms", start=""):
    c = config(([{"cpu": start}] if start else []) + ops, cost, service)
    try:
        r = subprocess.run([quanta, "run", "--json", "--check", "-"], input=json.dumps(c),
                           capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return ["quanta: it does not end"]
    if r.returncode != 0:
        return ["quanta: " + r.stderr + r.stdout[:300]]
    return [line["text"] for line in json.loads(r.stdout)["log"]]


def robust_order(quanta, ops):
    """Its order, or None where it depends on what takes how long."""
    order = quanta_order(quanta, ops)
    if order and order[0].startswith("quanta:"):
        return order
    for cost, service, start in (("", "1us", ""), ("2us", "0.5ms", "0.4ms"), ("60us", "0.05ms", "0.95ms"),
                                 ("0.3ms", "1.5ms", ""), ("", "", "")):
        if quanta_order(quanta, ops, cost, service, start) != order:
            return None
    return order


def disagrees(quanta, ops):
    """(quanta's order, node's) where node never prints quanta's; None: they agree, or may."""
    mine = robust_order(quanta, ops)
    if mine is None or (mine and mine[0] == "quanta: it does not end"):
        return None
    for _ in range(3):  # a busy machine stalls programs now and then
        theirs = node_order(ops)
        if theirs == mine:
            return None
    return mine, theirs


# ---- making it smaller ---------------------------------------------------------------------------


def smaller(ops):
    """The program without one op, or with the ops within one in its place."""
    for i, op in enumerate(ops):
        if "cpu" not in op:  # it holds the order
            yield ops[:i] + ops[i + 1:]
        for key in BODIES:
            if isinstance(op.get(key), list):
                for inner in smaller(op[key]):
                    changed = copy.deepcopy(op)
                    changed[key] = inner
                    yield ops[:i] + [changed] + ops[i + 1:]
        if isinstance(op.get("await"), dict):
            for inner in smaller(op["await"]["async"]):
                yield ops[:i] + [{"await": {"async": inner}}] + ops[i + 1:]


def fair(mine, theirs):
    """Both have run it."""
    return not any(order and order[0].startswith(("quanta:", "node:")) for order in (mine, theirs))


def shrink(quanta, ops):
    found = disagrees(quanta, ops)
    again = True
    while again:
        again = False
        for candidate in smaller(ops):
            difference = disagrees(quanta, candidate)
            if difference and fair(*difference):
                ops, found, again = candidate, difference, True
                break
    return ops, found


def main():
    quanta = os.path.abspath(sys.argv[1])
    seeds = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    agreed = passed = 0
    for seed in range(first, first + seeds):
        ops = Maker(seed).program()
        if robust_order(quanta, ops) is None:
            passed += 1
            continue
        if disagrees(quanta, ops) is None:
            agreed += 1
            continue
        print(f"seed {seed} disagrees; making it smaller", file=sys.stderr)
        ops, found = shrink(quanta, ops)
        print(f"seed {seed} disagrees:\n{json.dumps(ops, indent=1)}\n{script(ops)}")
        print("quanta:", *found[0], "\nnode:  ", *found[1])
        return 1
    print(f"{agreed} of {seeds} seeds agree; the order of {passed} depends on how fast the machine is")
    return 0


if __name__ == "__main__":
    sys.exit(main())
