#!/usr/bin/env python3
"""Does node_check.py find a fault, and make the program that shows it small?

usage: node_shrink.py QUANTA

The fault is planted in the program's text between the export and the run: what quanta says is
a microtask becomes an immediate.  Some seed must disagree, and what it shrinks to must still
disagree, hold a microtask, and be a few ops long."""
import os
import sys

import node_check
import node_programs

SEEDS = range(1, 30)
SMALL = 6  # ops: a microtask, a label in it, something to compare it with


def plant(script):
    return script.replace("queueMicrotask(", "setImmediate(")


def find(quanta):
    """The first workload that disagrees."""
    for seed in SEEDS:
        w = node_check.certain(quanta, node_programs.Maker(seed).workload())
        if w and node_check.compare(quanta, w, plant)[0] == node_check.Outcome.DISAGREES:
            return seed, w
    return None, None


def main():
    quanta = os.path.abspath(sys.argv[1])
    if node_check.node_version() < 20:
        print("no node 20 here: nothing is shrunk")
        return 0
    node_check.SCALES = (1,)  # the fault does not hang on times
    seed, w = find(quanta)
    if not w:
        print("the planted fault is not found")
        return 1
    small, found = node_check.shrink(quanta, w, plant)
    sizes = node_programs.size(w), node_programs.size(small)
    print(f"a planted fault: seed {seed}, {sizes[0]} ops, shrunk to {sizes[1]}: {small['main']}")
    if found[0] != node_check.Outcome.DISAGREES or "microtask" not in str(small) or sizes[1] > SMALL:
        print("it should still disagree, because of a microtask, and be small")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
