#!/usr/bin/env python3
"""Does node_check.py find faults, and make the programs that show them small?

usage: node_shrink.py QUANTA

Faults are planted in the program's text between the export and the run: what quanta says is a
microtask becomes an immediate, say.  Of each some seed must disagree, and what it shrinks to must
still disagree, hold what the fault is about, and be a few ops long."""
import os
import re
import sys
import time

import node_orders
import node_programs
from node_smaller import size

SEEDS = range(1, 60)
SECONDS = 40  # for one fault
SMALL = 12  # ops: what the fault is about, a label in it, something to compare it with

# What the fault is about, and what it makes of a program.
FAULTS = (
    ("microtask", lambda script: script.replace("queueMicrotask(", "setImmediate(")),
    ("nextTick", lambda script: script.replace("process.nextTick(", "queueMicrotask(")),
    ("setImmediate", lambda script: re.sub(r"(?<=[ =])setImmediate\(\(\) => \{\n( *)", r"setImmediate(async () => {\n\1"
                                           r"await null; ", script)),
    ("await", lambda script: script.replace("await null;", "await null; await null;")),
    ("try", lambda script: script.replace("} catch (error) {", "} catch (error) {\nerror.message += '!';")),
    ("postMessage", lambda script: re.sub(r"(\w+\.postMessage\('.*'\));", r"setImmediate(() => \1);", script)),
)


def find(quanta, fault, workloads):
    """The first workload that disagrees."""
    for seed in SEEDS:
        if seed not in workloads:
            workloads[seed] = node_orders.certain(quanta, node_programs.Maker(seed).workload())
        w = workloads[seed]
        if w and node_orders.compare(quanta, w, fault, (1,))[0] == node_orders.Outcome.DISAGREES:
            return seed, w
    return None, None


def plant(quanta, about, fault, workloads):
    """Is it found, and made small?"""
    start = time.monotonic()
    seed, w = find(quanta, fault, workloads)
    if not w:
        print(f"the fault planted in {about} is not found")
        return False
    shrinker = node_orders.Shrinker(quanta, fault, (1,), SECONDS)
    small, found = shrinker.shrink(w)
    ops = small["main"] + list(small["programs"].values()) + small["tasks"]
    print(f"a fault planted in {about}: seed {seed}, {size(w)} ops, shrunk to {size(small)} in "
          f"{time.monotonic() - start:.0f} s and {shrinker.tries} tries: {ops}")
    if found[0] == node_orders.Outcome.DISAGREES and about in str(small) and size(small) <= SMALL:
        return True
    print(f"it should still disagree, because of {about}, and have {SMALL} ops at most")
    return False


def main():
    quanta = os.path.abspath(sys.argv[1])
    if node_orders.node_version() < 20:
        print("no node 20 here: nothing is shrunk")
        return 0
    workloads = {}
    fine = [plant(quanta, about, fault, workloads) for about, fault in FAULTS]
    return 0 if all(fine) else 1


if __name__ == "__main__":
    sys.exit(main())
