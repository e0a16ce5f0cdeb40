#!/usr/bin/env python3
"""Chromium beside quanta: pages that `quanta export --to browser` writes are opened, and the order
of their labels is compared with quanta's own.

usage: browser_check.py QUANTA [SEEDS [FIRST]]

First the golden programs of tests/browser/, then random workloads, one a seed: those of
node_programs.py, with what pages have in the place of what they lack.  All run in one Chromium,
some at a time, from files; nothing is fetched.

Only orders that the HTML standard defines are compared, and those among tasks that became ready
well apart.  Where Chromium prints another order, it is tried again, random workloads with all
times longer, as the machine may be busy; where it prints now this, now that, the seed is passed
over.  Of those there may be few.  Where there is no Chromium this says so, and passes.
"""
import concurrent.futures
import glob
import json
import os
import subprocess
import sys
import tempfile
import threading

import node_orders
import node_programs
import node_seeds
import node_smaller
from node_orders import Failed, run

PATIENCE = (8, 8, 15, 25)  # seconds, of each try of a golden program
JOBS = os.cpu_count() or 2  # pages compute, and are computed
PASSED_MAX = 0.1  # of the seeds, at most, and two in any case


class Chromium:
    """One browser, behind browser_run.mjs; `version` None: there is none, and `missing` says why."""

    def __init__(self):
        self.answers, self.lock, self.asked = {}, threading.Lock(), 0
        runner = os.path.join(os.path.dirname(os.path.abspath(__file__)), "browser_run.mjs")
        self.version, self.missing = None, "there is no node to drive it with"
        try:
            self.process = subprocess.Popen([node_orders.NODE, runner], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                            text=True)
        except OSError:
            return
        first = json.loads(self.process.stdout.readline() or "{}")
        self.version, self.missing = first.get("version"), first.get("missing", "it does not start")
        if self.version:
            threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        for line in self.process.stdout:
            answer = json.loads(line)
            self.answers.pop(answer["id"]).set_result(answer)
        for future in list(self.answers.values()):
            future.set_exception(Failed("Chromium has gone"))

    def open(self, page, lines, patience=20):
        """What the page logs; it is given until so many lines are there, and a little longer, but
        `patience` seconds at most."""
        with tempfile.NamedTemporaryFile("w", suffix=".html", encoding="utf-8") as file:
            file.write(page)
            file.flush()
            future = concurrent.futures.Future()
            with self.lock:
                self.asked += 1
                self.answers[self.asked] = future
                job = {"id": self.asked, "file": file.name, "lines": lines, "settle": 150,
                       "patience": 1000 * patience}
                self.process.stdin.write(json.dumps(job) + "\n")
                self.process.stdin.flush()
            return future.result()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def export(quanta, text):
    """The page for a config."""
    done = run([quanta, "export", "--to", "browser", "-"], text)
    if done.returncode != 0:
        raise Failed("quanta export: " + done.stderr)
    return done.stdout


# ---- golden programs ----------------------------------------------------------------------------


def check_golden(quanta, chromium, path):
    """None: Chromium prints what the file expects, on the page and in the console; else what is wrong."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    expected = json.loads(text)["expect"]["/log/order"]
    try:
        page = export(quanta, text)
    except Failed as e:
        return f"{path}: {e}"
    for patience in PATIENCE:
        got = chromium.open(page, len(expected), patience)
        if got["log"] == expected and sorted(got["said"]) == sorted(expected) and not got["complaints"]:
            return None
    return f"{path}: Chromium prints {got['log']}, expected {expected}; {got['complaints']}"


def check_goldens(quanta, chromium):
    paths = sorted(glob.glob("tests/browser/*.json"))
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        messages = list(pool.map(lambda path: check_golden(quanta, chromium, path), paths))
    for message in filter(None, messages):
        print(message)
    print(f"{messages.count(None)} of {len(paths)} golden programs print their order")
    return messages.count(None) == len(paths)


# ---- random programs -----------------------------------------------------------------------------

LACK = ("exit", "ref", "unref", "receiveMessage", "join")  # pages do, or their exporter
INSTEAD = {"nextTick": "microtask", "close": "microtask"}


def for_pages(op):
    """What pages have in place of an op."""
    op = {INSTEAD.get(key, key): value for key, value in op.items() if key != "unref" or value is not True}
    if any(key in op for key in LACK) or op.get("on") in ("exit", "online", "beforeExit"):
        return []
    if "setImmediate" in op:
        op = {"setTimeout": 0, "do": op.pop("setImmediate"), **op}
    if "setInterval" in op:  # whose beat Chromium keeps otherwise than the standard says
        op = {"setTimeout": op.pop("setInterval"), **op}
    if "spawn" in op:
        op = {"setTimeout": 0, "do": [{"call": op["spawn"]}]}
    if "work" in op or "io" in op:  # when another thread's answer stands in the queue is not defined
        op = {"setTimeout": 19, "do": op["then"]} if "then" in op else {"sleep": 19}
    return [op]


class Maker(node_programs.Maker):
    """Without ports and workers: messages are a source of tasks beside timers, and between two
    sources the standard defines no order."""

    def channel(self, _depth, _awaits):
        return []

    def worker(self):
        return []


def workload(seed):
    """Tasks are async functions of the script's, as they would come as messages."""
    w = node_smaller.change_workload(Maker(seed).workload(), for_pages)
    main = w["main"] + [{"async": task["do"]} for task in w["tasks"]]
    return node_smaller.without_unused(dict(w, main=main, tasks=[]))


def config(w, speed=node_orders.PLAIN):
    made = NODE_CONFIG(w, speed)
    made["executors"]["default"]["flavor"] = "browser"
    del made["devices"]  # pages would wait for them
    return made


NODE_CONFIG = node_orders.config


class Beside:
    """node_orders.py compares by these instead of by what is node's."""

    def __init__(self, quanta, chromium):
        self.quanta, self.chromium, self.here = quanta, chromium, threading.local()
        node_orders.config = config
        node_orders.program = self.program
        node_orders.node_order = self.order

    def program(self, quanta, text, _arguments=()):
        result = json.loads(run([quanta, "run", "--json", "-"], text).stdout)
        self.here.lines = len(result["log"])
        return export(quanta, text)

    def order(self, page):
        got = self.chromium.open(page, self.here.lines)
        return node_orders.by_thread(got["log"]) + ([node_orders.FAULT] if got["complaints"] else [])


def report(beside, seed):
    w, found = seed.w, seed.failed
    if not found:
        print(f"seed {seed.number} disagrees; making it smaller", file=sys.stderr)
        w, found = node_orders.Shrinker(beside.quanta).shrink(w)
        print("  quanta:  ", *found[1])
        print("  Chromium:", *found[2])
    else:
        print(f"seed {seed.number}: {found}")
    print(json.dumps(config(w), indent=1))


def check_seeds(beside, seeds):
    done, wrong = node_seeds.try_seeds(beside.quanta, seeds, workload, JOBS)
    if wrong:
        report(beside, wrong)
        return False
    return node_seeds.enough_agree(done, "Chromium", PASSED_MAX)


def main():
    quanta = os.path.abspath(sys.argv[1])
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 40
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    chromium = Chromium()
    if not chromium.version:
        print(f"no Chromium here, nothing is compared: {chromium.missing}")
        return 0
    print(f"Chromium {chromium.version}")
    fine = check_goldens(quanta, chromium)
    fine = check_seeds(Beside(quanta, chromium), range(first, first + count)) and fine
    chromium.close()
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
