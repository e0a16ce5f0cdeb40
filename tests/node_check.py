#!/usr/bin/env python3
"""Real node beside quanta: programs that `quanta export --to node` writes are run, and the order
of their labels is compared with quanta's own.

usage: node_check.py QUANTA [SEEDS [FIRST]]

First the golden programs of tests/node/, then random workloads, one a seed.  A seed that
disagrees is made smaller and printed: both orders, the config, the program.

Only orders that Node defines are compared.  A workload's order must not depend on how long the
machine takes for what the config has no time for: quanta runs each with several such costs, and
where their orders differ the workload is trimmed until they do not.  Where node prints another
order, both run it again with all times longer, as the machine may be busy; where node itself
prints now this, now that, the seed is passed over.  Of those there may be few.
"""
import concurrent.futures
import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import time

import node_programs

NODE = os.environ.get("NODE", "node")
SECONDS = 20  # for one run; a program takes far less
SHRINK = 90  # seconds for making one smaller
UNTIL = 9  # simulated seconds, likewise
SCALES = (1, 3, 9)  # how much longer times are at each try
TRIMS = 60  # tries to make a workload's order certain
PASSED_MAX = 0.05  # of the seeds, at most, and one in any case
JOBS = 2 * (os.cpu_count() or 2)  # programs mostly wait

# What the config has no time for: (of each label, of a file request, of work, at the start, more
# than the service of "net").
COSTS = (("0ns", "0.1ms", "1ms", "0ns", "0ns"), ("0ns", "1us", "0.1ms", "0ns", "0.9ms"),
         ("2us", "0.5ms", "2ms", "0.4ms", "0.2ms"), ("60us", "0.05ms", "5ms", "0.95ms", "1.5ms"),
         ("0.3ms", "1.5ms", "4ms", "0ns", "2ms"), ("0.1ms", "3ms", "3ms", "0.5ms", "0ns"))


class Failed(Exception):
    """One of the two has not run it; the text says why."""


class NotExpressed(Failed):
    """The exporter has said that a program for node cannot do this."""


# ---- quanta ------------------------------------------------------------------------------------


def with_costs(w, costs):
    label, _, work, start, _ = costs

    def edit(op):
        if "work" in op:
            op = dict(op, work=work)
        return [op, {"cpu": label}] if "log" in op and label != "0ns" else [op]
    w = node_programs.change_workload(w, edit)
    return dict(w, main=[{"cpu": start}] + w["main"] if start != "0ns" else w["main"])


def config(w, costs=COSTS[0]):
    w = with_costs(w, costs)
    return {"machine": {"cores": 6},
            "devices": {"fs": {"service": costs[1], "channels": "unlimited", "mode": "pool"},
                        "net": {"service": 19, "latency": costs[4], "channels": "unlimited"}},
            "executors": {"default": {"kind": "event-loop", "main": w["main"]}},
            "vars": w["vars"], "programs": w["programs"], "tasks": w["tasks"]}


def run(command, text):
    try:
        return subprocess.run(command, input=text, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise Failed(f"{command[0]}: it does not end") from None


def quanta_orders(quanta, w):
    """Its order for each of the costs."""
    variants = {str(i): config(w, costs) for i, costs in enumerate(COSTS)}
    base = {"until": f"{UNTIL}s", "executors": {}, "tasks": [], "variants": variants}
    done = run([quanta, "run", "--json", "--check", "-"], json.dumps(base))
    if done.returncode != 0:
        raise Failed("quanta: " + done.stderr + done.stdout[:300].strip())
    results = json.loads(done.stdout)
    if any(result["outcome"] != "completed" for result in results):
        raise Failed("quanta: it does not end")
    return [[line["text"] for line in result["log"]] for result in results]


def certain_order(quanta, w):
    """Its order, or None where it depends on what takes how long."""
    orders = quanta_orders(quanta, w)
    return orders[0] if all(order == orders[0] for order in orders) else None


def certain(quanta, w):
    """The workload, trimmed so that its order is certain; None where that would take too long."""
    tries = 0
    while certain_order(quanta, w) is None:
        best = None
        for candidate in node_programs.smaller(w):
            tries += 1
            if tries > TRIMS:
                return None
            if node_programs.size(w) - node_programs.size(candidate) > node_programs.size(w) // 3:
                continue
            try:
                if certain_order(quanta, candidate) is not None:
                    best = candidate
                    break
            except Failed:  # without what it names, say
                continue
        if best is None:
            return None
        w = best
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


def node_order(script):
    """What it prints; computing leaves its core to the pool, whose threads need one."""
    done = run_node(script, "--asleep")
    if done.returncode != 0:
        raise Failed("node: " + done.stderr)
    return done.stdout.splitlines()


# ---- beside each other ------------------------------------------------------------------------------


class Outcome:
    AGREES, VARIES, DISAGREES = range(3)


def compare(quanta, w, alter=None):
    """(outcome, quanta's order, node's); `alter` changes the program's text, for tests."""
    mine, theirs = [], []
    for k in SCALES:
        scaled = node_programs.scale(w, k) if k > 1 else w
        order = certain_order(quanta, scaled)
        if order is None:
            break  # longer times have made it depend on the others
        script = program(quanta, json.dumps(config(scaled)))
        got = node_order(alter(script) if alter else script)
        if got == order:
            return Outcome.AGREES, order, got
        mine.append(order)
        theirs.append(got)
    again = node_order(alter(script) if alter else script) if theirs else []
    if not theirs or again != theirs[-1]:
        return Outcome.VARIES, mine[-1:], theirs[-1:]
    return Outcome.DISAGREES, mine[-1], theirs[-1]


def shrink(quanta, w, alter=None):
    """The smallest workload on the way down that still disagrees, and the comparison."""
    found = compare(quanta, w, alter)
    again, end = True, time.monotonic() + SHRINK
    while again and time.monotonic() < end:
        again = False
        for candidate in node_programs.smaller(w):
            if time.monotonic() > end:
                break
            try:
                difference = compare(quanta, candidate, alter)
            except Failed:
                continue
            if difference[0] == Outcome.DISAGREES:
                w, found, again = candidate, difference, True
                break
    return w, found


def report(quanta, seed, w, found):
    """A seed that disagrees, made smaller; `found` is a text where one of the two has not run it."""
    if isinstance(found, str):
        print(f"seed {seed}: {found}")
    else:
        print(f"seed {seed} disagrees; making it smaller", file=sys.stderr)
        w, found = shrink(quanta, w)
        print(f"seed {seed} disagrees:")
        print("  quanta:", *found[1])
        print("  node:  ", *found[2])
    print(json.dumps(config(w), indent=1))
    print(program(quanta, json.dumps(config(w))))


class Seed:
    """What came of one: `outcome`, `w` (None: no certain order could be found), `failed` (a text)."""

    def __init__(self, quanta, number):
        self.number, self.outcome, self.failed = number, Outcome.VARIES, None
        whole = node_programs.Maker(number).workload()
        try:
            self.w = certain(quanta, whole)
            if self.w is not None:
                self.compare(quanta)
        except Failed as e:
            self.w, self.outcome, self.failed = whole, Outcome.DISAGREES, str(e)

    def compare(self, quanta):
        try:
            self.outcome, self.failed = compare(quanta, self.w)[0], None
        except Failed as e:
            self.outcome, self.failed = Outcome.DISAGREES, str(e)


def check_seeds(quanta, seeds):
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        done = list(pool.map(lambda number: Seed(quanta, number), seeds))
    for seed in done:
        if seed.w is not None and seed.outcome != Outcome.AGREES:
            seed.compare(quanta)  # once more, with nothing of ours beside it
        if seed.outcome == Outcome.DISAGREES:
            report(quanta, seed.number, seed.w, seed.failed)
            return False
    agreed = sum(seed.outcome == Outcome.AGREES for seed in done)
    uncertain = sum(seed.w is None for seed in done)
    varied = len(done) - agreed - uncertain
    print(f"{agreed} of {len(seeds)} seeds agree; passed over: {uncertain} whose order depends on the machine's "
          f"speed, {varied} for which node prints now this order, now that")
    if uncertain + varied > max(2, PASSED_MAX * len(seeds)):
        print(f"more than {PASSED_MAX:.0%} are passed over")
        return False
    return True


# ---- golden programs ----------------------------------------------------------------------------------


def check_golden(quanta, path):
    """None: node prints what the file expects; else what is wrong."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    expected = json.loads(text)["expect"].get("/log/order")
    if expected is None:
        return None
    script = program(quanta, text)
    fails = json.loads(text)["expect"].get("/outcome") == "fault"
    for _ in range(4):  # a busy machine stalls programs now and then
        done = run_node(script, "--asleep")
        got = done.stdout.splitlines()
        if got == expected and (done.returncode == 0) != fails:
            return None
    return f"{path}: node prints {got}, expected {expected}\n{done.stderr}"


def check_goldens(quanta):
    paths = sorted(glob.glob("tests/node/*.json"))
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        messages = list(pool.map(lambda path: golden(quanta, path), paths))
    wrong = [message for message in messages if isinstance(message, str)]
    other = sum(message is NotExpressed for message in messages)
    for message in wrong:
        print(message)
    print(f"{len(paths) - len(wrong) - other} of {len(paths)} golden programs print their order; {other} cannot be "
          "expressed")
    return not wrong and other < len(paths) / 2


def golden(quanta, path):
    """None: fine; NotExpressed; else what is wrong."""
    try:
        return check_golden(quanta, path)
    except NotExpressed:
        return NotExpressed
    except Failed as e:
        return f"{path}: {e}"


# ---- every config ---------------------------------------------------------------------------------------


def variants(quanta, path):
    """(variant or None, program) of those that can be exported."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    for name in list(json.loads(text).get("variants", {})) or [None]:
        if name == "//":
            continue
        done = run([quanta, "export", "--to", "node", *([f"--variant={name}"] if name else []), path], "")
        if done.returncode == 0:
            yield name, done.stdout


def unreadable(quanta, path):
    """(how many programs the config becomes, what node says to those that it cannot read)."""
    programs, wrong = 0, []
    for name, script in variants(quanta, path):
        programs += 1
        done = run_node(script, "--check")
        if done.returncode != 0:
            wrong.append(f"{path}: {name}: {done.stderr}")
    return programs, wrong


def check_syntax(quanta):
    """node reads every program that can be written from the configs."""
    paths = sorted(glob.glob("configs/*/*.json"))
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        results = list(pool.map(lambda path: unreadable(quanta, path), paths))
    programs = sum(n for n, _ in results)
    wrong = [message for _, messages in results for message in messages]
    for message in wrong:
        print(message)
    print(f"node reads {programs - len(wrong)} of {programs} programs that configs/ become")
    return not wrong


def node_version():
    """0: there is none."""
    try:
        text = subprocess.run([NODE, "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return 0
    match = re.match(r"v(\d+)", text)
    return int(match.group(1)) if match else 0


def main():
    quanta = os.path.abspath(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    version = node_version()
    if version < 20:
        print(f"there is {f'node {version}' if version else 'no node'} here: node 20 is needed, nothing is compared")
        return 0
    fine = check_syntax(quanta)
    fine = check_goldens(quanta) and fine
    return 0 if check_seeds(quanta, range(first, first + count)) and fine else 1


if __name__ == "__main__":
    sys.exit(main())
