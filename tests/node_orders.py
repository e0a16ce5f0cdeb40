"""The order of a workload's labels: quanta's, at several speeds of the machine, and node's.

What a config has no time for takes some on a real machine, now this long, now that.  quanta runs
a workload at many such speeds: where its orders differ, no order is defined, and it is trimmed
until they do not.  The labels of one thread have an order; those of two are not compared.
"""
import concurrent.futures
import itertools
import json
import os
import re
import subprocess
import tempfile
import time

from node_locks import SYNC
from node_smaller import (about, all_ops, change_workload, get, is_label, label_of, put, scale, size, smaller, ways,
                          without_unused)

NODE = os.environ.get("NODE", "node")
SECONDS = 20  # for one run; a program takes far less
SAME = 24  # letters of what is said, of two failures of one kind
SHRINK = 120  # seconds for making one smaller
UNTIL = 9  # simulated seconds, likewise
SCALES = (1, 3, 9)  # how much longer times are at each try
TRIMS = 150  # tries to make a workload's order certain
DRAWS = 200  # speeds that must agree before node is said to be wrong
BATCH = 20  # speeds in one run of quanta
JOBS = 2 * (os.cpu_count() or 2)  # programs mostly wait

US = ("1us", "3us", "10us", "30us", "0.1ms", "0.3ms", "1.2ms")  # log-uniform, about
STALLS = ("1us", "2us", "4us", "8us", "16us", "32us", "64us", "0.8ms", "2.5ms")
SLOW = ("setTimeout", "setInterval", "sleep", "io", "work", "spawn", "worker", "postMessage", "yield")


class Speed:
    """What takes how long: a label, or what else is slow; a file request; work; the start; more
    than the service of "net"; a worker's start; a message to another thread; what is between two
    tasks that come at once, in ms.  Times may be drawn, each time anew, from `seed`."""

    def __init__(self, label, request="0.1ms", work="1ms", start="0ns", latency="0ns", worker="30ms",
                 message="50us", gap=0, seed=1):
        self.label, self.request, self.work, self.start, self.latency = label, request, work, start, latency
        self.worker, self.message, self.gap, self.seed = worker, message, gap, seed


def drawn(seed, costs=US):
    """A speed at which each thing takes its own time, drawn again each time."""
    pick = {"choice": list(costs)}
    return Speed(pick, {"choice": ["5us", "40us", "0.2ms", "0.9ms"]}, {"choice": ["0.5ms", "1ms", "3ms"]}, pick,
                 {"choice": ["0ns", "0.2ms", "0.9ms"]}, f"{5 + 9 * seed % 83}ms", f"{1 + seed * seed * 37 % 900}us",
                 (0.002, 0.05, 0.2, 0.7)[seed % 4], seed)


PLAIN = Speed("0ns")
SPEEDS = [PLAIN, Speed("0ns", "1us", "0.1ms", "0ns", "0.9ms", "20ms", "1us"),
          Speed("2us", "0.5ms", "2ms", "0.4ms", "0.2ms", "33ms", "15us"),
          Speed("60us", "0.05ms", "5ms", "0.95ms", "1.5ms", "60ms", "0.2ms", 0.01),
          Speed("0.3ms", "1.5ms", "4ms", "0ns", "2ms", "90ms", "1ms"), Speed("0.1ms", "3ms", "3ms", "0.5ms", "0ns"),
          *(drawn(seed) for seed in range(1, 7)), *(drawn(seed, STALLS) for seed in range(7, 11))]


class Failed(Exception):
    """One of the two has not run it; the text says why."""


class Stuck(Failed):
    """It waits for what never comes, and node for ever where a port is open."""


class NotExpressed(Failed):
    """The exporter has said that a program for node cannot do this."""


# ---- quanta ------------------------------------------------------------------------------------


def with_costs(w, speed):
    cost = [{"cpu": speed.label}] if speed.label != "0ns" else []

    def edit(op):
        if "work" in op:
            op = dict(op, work=speed.work)
        if "log" in op:
            return [op] + cost
        return cost + [op] if any(key in op for key in SLOW) else [op]
    w = change_workload(w, edit)
    return dict(w, main=[{"cpu": speed.start}] + w["main"] if speed.start != "0ns" else w["main"])


def with_gaps(tasks, gap):
    """Those that come later do so one after the other."""
    apart = []
    for at, task in enumerate(tasks):
        if task.get("arrive") and gap:
            task = dict(task, arrive=f"{round((task['arrive'] + at * gap) * 1000)}us")
            if task.get("count", 1) > 1:
                task["every"] = f"{gap / 4}ms"
        apart.append(task)
    return apart


def config(w, speed=PLAIN):
    w = with_costs(w, speed)
    loop = {"kind": "event-loop", "main": w["main"]}
    if speed is not PLAIN:
        loop.update(worker_start=speed.worker, message=speed.message)
    return {"seed": speed.seed,
            "machine": {"cores": 8},
            "devices": {"fs": {"service": speed.request, "channels": "unlimited", "mode": "pool"},
                        "net": {"service": 19, "latency": speed.latency, "channels": "unlimited"}},
            "executors": {"default": loop},
            "vars": w["vars"], "sync": SYNC, "programs": w["programs"],
            "tasks": with_gaps(w["tasks"], speed.gap)}


def run(command, text):
    try:
        return subprocess.run(command, input=text, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise Failed(f"{command[0]}: it does not end") from None


def by_thread(labels):
    """The labels of each thread, one thread behind the other: a worker's begin with "NAME:"."""
    return sorted(labels, key=lambda label: label.partition(":")[0] if ":" in label else "")


FAULT = "(fault)"  # stands behind the labels where the process ends by one


def quanta_orders(quanta, w, speeds):
    """Its order at each of the speeds."""
    variants = {str(i): config(w, speed) for i, speed in enumerate(speeds)}
    base = {"until": f"{UNTIL}s", "executors": {}, "tasks": [], "variants": variants}
    done = run([quanta, "run", "--json", "--check", "-"], json.dumps(base))
    if done.returncode not in (0, 1) or not done.stdout:
        raise Failed("quanta: " + done.stderr + done.stdout[:300].strip())
    orders = []
    for result in json.loads(done.stdout):
        if result["outcome"] not in ("completed", "fault", "deadlock"):
            raise Failed("quanta: it does not end: " + result["outcome"])
        if any("free" in fault["message"] for fault in result.get("faults", ())):
            raise Failed("quanta: it frees what it has not allocated, which is no fault in node")
        if result["outcome"] == "deadlock" and ("onMessage" in str(w)):
            raise Stuck("quanta: a message is waited for that never comes")
        fault = [FAULT] if result["outcome"] == "fault" else []
        orders.append(by_thread(line["text"] for line in result["log"]) + fault)
    return orders


def certain_order(quanta, w):
    """Its order, or None where it depends on what takes how long."""
    orders = quanta_orders(quanta, w, SPEEDS)
    return orders[0] if all(order == orders[0] for order in orders) else None


def hangs_on_speed(quanta, w, draws):
    """The same with many more speeds."""
    orders = []
    for first in range(100, 100 + draws, BATCH):
        costs = US if first % (2 * BATCH) else STALLS
        orders += quanta_orders(quanta, w, [drawn(seed, costs) for seed in range(first, first + BATCH)])
        if any(order != orders[0] for order in orders):
            return True
    return False


# ---- trimmed -----------------------------------------------------------------------------------


def agreed(orders):
    """How many labels all orders begin with."""
    return next((at for at in range(min(map(len, orders))) if len({order[at] for order in orders}) > 1),
                min(map(len, orders)))


def without(w, path):
    """Without the op there."""
    ops = get(w, path[:-1])
    return without_unused(put(w, path[:-1], ops[:path[-1]] + ops[path[-1] + 1:]))


def trims(w, orders):
    """Workloads without what comes now earlier, now later: the least is taken away first."""
    at = agreed(orders)
    labels = {label_of(order[at]) for order in orders if at < len(order)}
    paths = set().union(*(ways(path) for path, op in all_ops(w) if is_label(op, labels)))
    paths -= {("tasks", number) for number in range(len(w["tasks"]))}
    return sorted((without(w, path) for path in sorted(paths, key=str)), key=size, reverse=True)


def certain(quanta, w):
    """The workload, trimmed so that its order is certain; None where that would take too long."""
    tries, orders = 0, quanta_orders(quanta, w, SPEEDS)
    while any(order != orders[0] for order in orders):
        best = None
        for candidate in trims(w, orders):
            tries += 1
            if tries > TRIMS:
                return None
            try:
                others = quanta_orders(quanta, candidate, SPEEDS)
            except Failed:  # without what it names, say
                continue
            if all(order == others[0] for order in others):
                return candidate
            if not best or agreed(others) > agreed(best[1]):
                best = candidate, others
        if best is None:
            return None
        w, orders = best
    return w


# ---- node -----------------------------------------------------------------------------------------


def program(quanta, text, arguments=()):
    """The JavaScript for a config."""
    done = run([quanta, "export", "--to", "node", *arguments, "-"], text)
    if done.returncode == 2 and "for node" in done.stderr:
        raise NotExpressed(done.stderr)
    if done.returncode != 0:
        raise Failed("quanta export: " + done.stderr)
    return done.stdout


def run_node(script, *arguments):
    """From a file: what comes by standard input is not run as a main script is."""
    with tempfile.NamedTemporaryFile("w", suffix=".js", encoding="utf-8") as file:
        file.write(script)
        file.flush()
        if "--check" in arguments:
            return run([NODE, "--check", file.name], "")
        return run([NODE, file.name, *arguments], "")


UNCAUGHT = (1, 7)  # what node ends with then; 7: who listens to exceptions threw one


def node_order(script):
    """What it prints; computing leaves its core to the pool, whose threads need one."""
    done = run_node(script, "--asleep")
    if done.returncode not in (0, *UNCAUGHT):
        raise Failed("node: " + done.stderr)
    return by_thread(done.stdout.splitlines()) + ([FAULT] if done.returncode in UNCAUGHT else [])


def node_version():
    """0: there is none."""
    try:
        text = subprocess.run([NODE, "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return 0
    match = re.match(r"v(\d+)", text)
    return int(match.group(1)) if match else 0


# ---- beside each other ------------------------------------------------------------------------------


class Outcome:
    AGREES, VARIES, DISAGREES = range(3)


def compare(quanta, w, alter=None, scales=SCALES, draws=DRAWS):
    """(outcome, quanta's order, node's); `alter` changes the program's text, for tests."""
    mine = theirs = None
    for k in scales:
        scaled = scale(w, k) if k > 1 else w
        order = quanta_orders(quanta, scaled, SPEEDS[:1])[0]
        script = program(quanta, json.dumps(config(scaled)))
        script = alter(script) if alter else script
        got = node_order(script)
        if got == order:
            return Outcome.AGREES, order, got
        mine, theirs = order, got
        if certain_order(quanta, scaled) is None:
            return Outcome.VARIES, mine, theirs  # longer times have made it depend on the others
    if node_order(script) != theirs or hangs_on_speed(quanta, scaled, draws):
        return Outcome.VARIES, mine, theirs
    return Outcome.DISAGREES, mine, theirs


class Shrinker:
    """Makes a workload that disagrees smaller, as long as there is time; or one that fails, with
    the text `failed`."""

    def __init__(self, quanta, alter=None, scales=SCALES, seconds=SHRINK, failed=None):
        self.quanta, self.alter, self.scales, self.failed = quanta, alter, scales, failed
        self.end = time.monotonic() + seconds
        self.pool = concurrent.futures.ThreadPoolExecutor(JOBS)
        self.tries = 0

    def disagrees(self, w, scales):
        self.tries += 1
        try:
            found = self.compare(w, scales, 0)
        except Failed:
            return None
        return found if found[0] == Outcome.DISAGREES else None

    def compare(self, w, scales, draws):
        try:
            found = compare(self.quanta, w, self.alter, scales, draws)
        except Failed as e:
            if not self.failed or str(e)[:SAME] != self.failed[:SAME]:
                raise
            return Outcome.DISAGREES, None, None
        return found if not self.failed else (Outcome.AGREES,) + found[1:]

    def first(self, candidates):
        """(place, workload, comparison) of the first that disagrees; None: none in time."""
        while time.monotonic() < self.end:
            batch = list(itertools.islice(candidates, JOBS))
            if not batch:
                break
            tried = self.pool.map(lambda one: self.disagrees(one[1], self.scales[:1]), batch)
            for (at, candidate), found in zip(batch, list(tried)):
                if found and (len(self.scales) == 1 or self.disagrees(candidate, self.scales[:2])):
                    return at, candidate, found
        return None

    def narrow(self, w, found):
        """To where the two orders differ."""
        step = True
        while step:
            less = [one for one in about(w, *found[1:]) if size(one) < size(w)]
            step = self.first(iter(enumerate(less)))
            if step:
                _, w, found = step
        return w, found

    def shrink(self, w):
        """The smallest that is found, and its comparison.  After a success it goes on at the same
        place in the list, which now is one of less; at its end once more from the front."""
        found, before = self.compare(w, self.scales, DRAWS), None
        while before is not w:
            if found[1] is not None:
                w, found = self.narrow(w, found)
            before, at = w, 0
            while step := self.first(enumerate(itertools.islice(smaller(w), at, None), at)):
                at, w, found = step
        self.pool.shutdown()
        return w, self.compare(w, self.scales, DRAWS)
