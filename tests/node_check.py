#!/usr/bin/env python3
"""Real node beside quanta: programs that `quanta export --to node` writes are run, and the order
of their labels is compared with quanta's own.

usage: node_check.py QUANTA [SEEDS [FIRST]]

First the golden programs of tests/node/, then random workloads, one a seed.  A seed that
disagrees is made smaller and printed: both orders, the config, the program.

Only orders that Node defines are compared: see node_orders.py.  Where node prints another order,
both run it again with all times longer, as the machine may be busy; where node itself prints now
this, now that, or quanta does at one of many more speeds, the seed is passed over.  Of those there
may be few.
"""
import concurrent.futures
import glob
import json
import os
import sys

import node_coverage
import node_orders
import node_programs
import node_seeds
from node_orders import JOBS, Failed, NotExpressed, Outcome, program, run, run_node

PASSED_MAX = 0.05  # of the seeds, at most, and two in any case
ENOUGH = 100  # seeds, to draw every op


# ---- random programs ------------------------------------------------------------------------------


def report(quanta, seed, w, failed):
    """A seed that disagrees, made smaller; `failed`: why one of the two has not run it, or None."""
    print(f"seed {seed} disagrees; making it smaller", file=sys.stderr)
    w, found = node_orders.Shrinker(quanta, failed=failed).shrink(w)
    print(f"seed {seed} disagrees:")
    if found[1] is None:
        print(failed)
    else:
        print("  quanta:", *found[1])
        print("  node:  ", *found[2])
    print(json.dumps(node_orders.config(w), indent=1))
    try:
        print(program(quanta, json.dumps(node_orders.config(w))))
    except Failed as e:
        print(e)


def check_coverage(seeds):
    """Each form of each op is drawn, if there are seeds enough."""
    found = node_coverage.count(seed.w for seed in seeds if seed.outcome == Outcome.AGREES)
    print("ops in them:", ", ".join(f"{form} {times}" for form, times in found.items()))
    never = [form for form, times in found.items() if times == 0]
    if never and len(seeds) >= ENOUGH:
        print("never drawn:", ", ".join(never))
        return False
    return True


def check_seeds(quanta, seeds):
    done, wrong = node_seeds.try_seeds(quanta, seeds, lambda number: node_programs.Maker(number).workload(), JOBS)
    if wrong:
        report(quanta, wrong.number, wrong.w, wrong.failed)
        return False
    return node_seeds.enough_agree(done, "node", PASSED_MAX) and check_coverage(done)


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
    for _ in range(8):  # a busy machine stalls programs now and then
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


def main():
    quanta = os.path.abspath(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    version = node_orders.node_version()
    if version < 20:
        print(f"there is {f'node {version}' if version else 'no node'} here: node 20 is needed, nothing is compared")
        return 0
    fine = check_syntax(quanta)
    fine = check_goldens(quanta) and fine
    return 0 if check_seeds(quanta, range(first, first + count)) and fine else 1


if __name__ == "__main__":
    sys.exit(main())
