#!/usr/bin/env python3
"""configs/schema.json against a validator of others: every config shipped is valid, and every
broken one that a schema can tell is not.

usage: schema.py SCHEMA            prints nothing where all is well
"""
import glob
import json
import os
import sys

import jsonschema

# What no schema can say, and the reader does.
BEYOND = {
    "affinity-beyond": "the number of cores stands elsewhere",
    "after-cycle": "a cycle of names",
    "after-self": "a cycle of names",
    "after-unknown": "a name that must exist",
    "clients-endless": "until stands elsewhere",
    "device-cylinders": "a position that another key limits",
    "device-none": "a name that must exist",
    "device-unknown": "a name that must exist",
    "distribution-order": "an order of two numbers",
    "duplicate-key": "gone before the validator sees it",
    "expression-syntax": "the syntax of expressions",
    "log-open": "the syntax of expressions",
    "log-syntax": "the syntax of expressions",
    "not-whole-ns": "whole nanoseconds",
    "on-unknown": "a name that must exist",
    "heap-on-threads": "which executor a task is on",
    "io-then-and-sync": "keys that exclude each other",
    "io-then-on-threads": "which executor a task is on",
    "op-of-a-loop": "which executor a task is on",
    "policy-levels": "a number of values that another key says",
    "policy-queues-twice": "numbers that must differ",
    "program-unknown": "a name that must exist",
    "promise-unknown": "a name that must exist",
    "worker-unknown": "a name that must exist",
    "listener-of-whom": "what an event is of",
    "not-in-a-browser": "an op by the flavour of the loop",
    "options-not-in-a-browser": "options by the flavour of the loop",
    "rate-and-every": "keys that exclude each other",
    "rate-endless": "until stands elsewhere",
    "rt-priority": "a limit by the class, and the policy",
    "runtime-beyond-deadline": "an order of two numbers",
    "same-name": "names that must differ",
    "seed-huge": "JSON numbers of validators are floats",
    "set-syntax": "the syntax of expressions",
    "spawn-unknown": "a name that must exist",
    "sync-unknown": "a name that must exist",
    "sync-wait-with": "which name is of which kind",
    "sync-wrong-kind": "which name is of which kind",
    "too-long": "the largest duration depends on the unit",
}


def main():
    with open(sys.argv[1]) as f:
        schema = json.load(f)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    wrong = []
    for path in sorted(glob.glob("configs/*/*.json")):
        with open(path) as f:
            for error in validator.iter_errors(json.load(f)):
                wrong.append(f"{path}: {error.json_path}: {error.message[:200]}")
    for path in sorted(glob.glob("tests/bad/*.json")):
        name = os.path.basename(path)[:-5]
        try:
            with open(path, encoding="utf-8") as f:
                config = json.load(f, parse_constant=lambda c: 1 / 0)
        except (ValueError, RecursionError, ZeroDivisionError):
            continue  # not JSON at all
        if validator.is_valid(config) != (name in BEYOND):
            wrong.append(f"{path}: the schema {'accepts' if name not in BEYOND else 'refuses'} it")
    print("\n".join(wrong), end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
