#!/usr/bin/env python3
"""Reads every export back with the program it is made for, and compares what that program says
with the result document of the same run: who was on which core when, how long each task ran,
was ready and was blocked.  Exit codes of readers are not trusted: several accept damaged files.

    readers.py BUILD/quanta [FORMAT...]

Then the other way round: with a time changed in the file, and with its end cut off, the
comparison has to fail, for otherwise it compares nothing."""
import collections
import csv
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor

from truth import START, Truth, comm, tidy

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
LESSONS = os.path.join(ROOT, "configs/lessons")

# (file, variants or None: all, options, does each task have a thread of its own?)
LESSON_1 = os.path.join(LESSONS, "01-concurrency-vs-parallelism.json")
RUNS = [
    (LESSON_1, ["one core, FIFO", "one core, round robin", "four cores"], [], True),
    (LESSON_1, ["one event loop"], [], False),
    (os.path.join(LESSONS, "21-lock-convoy.json"), None, [], True),
    (os.path.join(LESSONS, "22-priority-inversion.json"), None, [], True),
    (os.path.join(LESSONS, "10-thread-pool-too-small.json"), ["1 thread", "4 threads"], [], False),
    (os.path.join(LESSONS, "10-thread-pool-too-small.json"), ["a thread a task"], [], True),
    (os.path.join(LESSONS, "32-the-pool-of-four.json"), None, [], False),
    (os.path.join(HERE, "configs/migrations.json"), None, [], True),
    (os.path.join(HERE, "configs/interrupts.json"), None, [], True),
    (os.path.join(HERE, "configs/random.json"), None, ["--seed", "1"], True),
    (os.path.join(HERE, "configs/random.json"), None, ["--seed", "2", "--until", "9ms"], True),
    (os.path.join(HERE, "configs/random.json"), None,
     ["--seed", "7", "--set", '/machine/scheduler={"policy":"srtf","on_wake":"preempt"}'], True),
]
DAMAGED = os.path.join(HERE, "configs/migrations.json")


class Broken(Exception):
    """A reader refuses the file, or what it says differs from the result document."""


def output(*command, **more):
    done = subprocess.run(command, capture_output=True, text=True, **more)
    if done.returncode != 0:
        raise Broken(f"{command[0]}: exit code {done.returncode}: {done.stderr.strip()[-300:]}")
    return done.stdout


def same(what, got, want):
    if got == want:
        return
    if isinstance(got, list) and isinstance(want, list):
        where = next((i for i, (g, w) in enumerate(zip(got, want)) if g != w), min(len(got), len(want)))
        got, want = f"{len(got)}, at {where}: {got[where:where + 2]}", f"{len(want)}: {want[where:where + 2]}"
    raise Broken(f"{what}\n      got  {got}\n      want {want}")


def same_cores(what, got, truth, unit=1):
    """`got`: for each core (from, to, comm); `unit`: what its times are cut off to."""
    def cut(cores):
        return [[(a // unit, b // unit, n) for a, b, n in core] for core in cores]
    if truth.own_threads:
        want = truth.cores
        got = [tidy(core) for core in got]
    else:
        want = truth.coverage()
        got = [tidy((a, b, "busy") for a, b, _ in core) for core in got]
    same(f"{what}: number of cores", len(got), len(want))
    for i, (g, w) in enumerate(zip(cut(got), cut(want))):
        same(f"{what}: core {i}", g, w)


def on_cores(truth, switches):
    """Intervals from switches (at, core, prev pid, next pid, next comm) in order of time."""
    cores, open_at = [[] for _ in range(truth.ncores)], {}
    for at, core, prev, following, name in switches:
        if core in open_at:
            since, pid, who = open_at.pop(core)
            if pid != prev:
                raise Broken(f"core {core} leaves {prev} at {at}, but was with {pid}")
            cores[core].append((since, at, who))
        elif prev != 0:
            raise Broken(f"core {core} leaves {prev} at {at}, but was idle")
        if following != 0:
            open_at[core] = (at, following, name)
    if open_at:
        raise Broken(f"still running at the end: {open_at}")
    return cores


# ---- the readers ---------------------------------------------------------------------------

def perf(path, truth):
    """perf computes run, wait and delay by itself.  Its table has microseconds, cut off; its
    time on a core begins with the switch, so its waits are shorter than ours by the switches."""
    rows = re.findall(r"^\s*([\d.]+) \[(\d+)\]\s+(\S+)\[([\d/]+)\]\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)\s+(\S)",
                      output("perf", "sched", "timehist", "--state", "-i", path), re.M)
    got, ready, slack = [[] for _ in range(truth.ncores)], collections.Counter(), collections.Counter()
    state = {}
    for end, core, name, ids, wait, delay, run, left in rows:
        end, ran = round(float(end) * 1e6) - START // 1000, round(float(run) * 1000)
        got[int(core)].append((end, ran, name))
        # Ready after a wake-up is delay; ready after a preemption is wait.
        preempted = state.get((name, ids)) == "R"
        ready[name] += round(float(wait if preempted else delay) * 1000)
        slack[name] += 1
        state[name, ids] = left
    if truth.own_threads:
        for i, core in enumerate(truth.cores):
            want = sorted((b // 1000, (b - a) // 1000, n) for a, b, n in core if b - a >= 1000)
            same(f"perf sched timehist: core {i}", joined(got[i]), want)
        for name, want in truth.finished(truth.ready).items():
            if not want - 1000 * slack[name] <= ready[name] * 1000 <= want + 1000:
                raise Broken(f"perf sched timehist: {name} was ready {ready[name]} us, expected {want} ns")
    same_cores("perf script", on_cores(truth, perf_script(path)), truth)


def joined(rows):
    """Rows (end, ran, name) that touch with one name are one."""
    out = []
    for end, ran, name in sorted(rows):
        if out and out[-1][2] == name and out[-1][0] == end - ran and ran:
            out[-1] = (end, out[-1][1] + ran, name)
        elif ran:
            out.append((end, ran, name))
    return out


def perf_script(path):
    text = output("perf", "script", "--ns", "-F", "cpu,time,event,trace", "-i", path)
    pattern = re.compile(r"^\s*\[(\d+)\]\s+(\d+)\.(\d{9}):\s+sched:sched_switch:\s+prev_comm=\S+ prev_pid=(\d+) "
                         r".*==> next_comm=(\S+) next_pid=(\d+)", re.M)
    return [(int(s) * 10**9 + int(ns) - START, int(c), int(p), int(n), name)
            for c, s, ns, p, name, n in pattern.findall(text)]


def trace_cmd(path, truth):
    text = output("trace-cmd", "report", "-t", path)
    pattern = re.compile(r"\[(\d+)\]\s+(\d+)\.(\d{9}): sched_switch:\s+\S+:(\d+) \[\d+\] \S+ ==> (\S+):(\d+) \[", re.M)
    same_cores("trace-cmd report", on_cores(truth, [
        (int(s) * 10**9 + int(ns) - START, int(c), int(p), int(n), name)
        for c, s, ns, p, name, n in pattern.findall(text)]), truth)
    same("trace-cmd report: wake-ups", text.count("sched_waking:"), text.count("sched_wakeup:"))


def ctf(path, truth):
    text = output("babeltrace2", "--clock-seconds", path)
    pattern = re.compile(r'^\[(\d+)\.(\d{9})\].* sched_switch: \{ cpu_id = (\d+) \}.*prev_tid = (\d+),.*'
                         r'next_comm = "([^"]*)", next_tid = (\d+)', re.M)
    same_cores("babeltrace2", on_cores(truth, [
        (int(s) * 10**9 + int(ns) - START, int(c), int(p), int(n), name)
        for s, ns, c, p, name, n in pattern.findall(text)]), truth)


SCHED = "select cpu, ts, dur, thread.name from sched join thread using(utid) where utid != 0 order by ts"
STATES = ("select thread.name, state, sum(dur) from thread_state join thread using(utid) "
          "where utid != 0 and dur >= 0 group by 1, 2")
ERRORS = "select name, value from stats where value != 0 and severity in ('error', 'data_loss')"
TASKS = ("select ts, dur, slice.name, utid from slice join thread_track on thread_track.id = track_id "
         "where category = 'task'")
RUNS_OF = "select utid, ts, dur from sched where utid != 0"
TRACKS = ("select track.name, slice.name, depth, sum(slice.dur), count(*) from slice join track on track.id = track_id "
          "where track.name is not null group by 1, 2, 3")
FLOWS = ("select outgoing.name, incoming.name, count(*) from flow join slice outgoing on outgoing.id = slice_out "
         "join slice incoming on incoming.id = slice_in where outgoing.ts <= incoming.ts group by 1, 2")
CORES = ("select thread.tid, ts, dur, slice.name from slice join thread_track on thread_track.id = track_id "
         "join thread using(utid) join process using(upid) where process.name = 'cores' and category = 'core'")
CHROME_STATES = ("select thread.name, slice.name, sum(dur) from slice join thread_track on thread_track.id = track_id "
                 "join thread using(utid) join process using(upid) where process.name = 'threads' group by 1, 2")


ENGINES = threading.local()  # a trace processor a thread, for starting one takes longer than a query


def trace_processor(path, queries):
    if not hasattr(ENGINES, "process"):
        ENGINES.process = subprocess.Popen(["node", os.path.join(HERE, "trace_processor.mjs")], stdin=subprocess.PIPE,
                                           stdout=subprocess.PIPE, text=True)
    ENGINES.process.stdin.write(json.dumps({"trace": path, "queries": queries}) + "\n")
    ENGINES.process.stdin.flush()
    answer = json.loads(ENGINES.process.stdout.readline())
    if "error" in answer:
        raise Broken(f"trace processor: {answer['error']}")
    rows = answer["rows"]
    same("trace processor: errors", rows.pop("errors"), [])
    return rows


def by_core(truth, rows, start):
    got = [[] for _ in range(truth.ncores)]
    for core, ts, dur, name in rows:
        if int(dur) < 0:
            raise Broken(f"trace processor: {name} on core {core} has no end")
        got[int(core)].append((int(ts) - start, int(ts) + int(dur) - start, name))
    return got


def same_states(truth, rows, ready, blocked):
    if not truth.own_threads:
        return
    got = collections.defaultdict(collections.Counter)
    for name, state, time in rows:
        got["ready" if state in ready else "blocked" if state in blocked else state][name] += int(time)
    for what, want in (("ready", truth.ready), ("blocked", truth.blocked)):
        want = truth.finished(want)
        same(f"trace processor: {what}", {n: t for n, t in got[what].items() if n not in truth.unfinished and t}, want)


def same_tasks(truth, slices, runs):
    """Each task's time on cores, by the slices on the threads that serve it."""
    if truth.own_threads:
        return
    on = collections.defaultdict(list)
    for utid, ts, dur in runs:
        on[utid].append((int(ts), int(ts) + int(dur)))
    got = collections.Counter()
    for ts, dur, name, utid in slices:
        a = int(ts)
        b = a + int(dur) if int(dur) >= 0 else START + truth.end
        got[name] += sum(max(0, min(b, d) - max(a, c)) for c, d in on[utid])
    same("trace processor: tasks' time on cores", {n: t for n, t in got.items() if t}, dict(truth.cpu))


def perfetto(path, truth):
    rows = trace_processor(path, {"sched": SCHED, "states": STATES, "errors": ERRORS, "tasks": TASKS, "runs": RUNS_OF,
                                  "tracks": TRACKS, "flows": FLOWS})
    same_cores("Perfetto", by_core(truth, rows["sched"], START), truth)
    same_states(truth, rows["states"], ("R", "R+"), ("S", "D"))
    same_tasks(truth, rows["tasks"], rows["runs"])
    same("Perfetto: arrows", [f[:2] for f in rows["flows"]], [["wakes", "woken"]] if truth.waits_for_others else [])
    if truth.cut_off:
        return  # what is at a device at the end has been served in part
    for name, device in truth.devices.items():
        service = sum(int(r[3]) for r in rows["tracks"] if r[0] == name and r[1] == "service")
        if device["channels_one"]:
            same(f"Perfetto: {name} is busy", service, device["busy"])
    if sum(int(r[4]) for r in rows["tracks"] if r[1] == "service") != sum(d["requests"] for d in truth.devices.values()):
        raise Broken("Perfetto: requests served")


def not_cut_off(truth, cores):
    """The reader of texts takes numbers as floating-point ones and cuts them off: a ns may be missing."""
    times = {t for core in truth.cores for interval in core for t in interval[:2]}

    def exact(t):
        return t + 1 if t + 1 in times else t
    return [[(exact(a), exact(b), n) for a, b, n in core] for core in cores]


def ftrace(path, truth):
    rows = trace_processor(path, {"sched": SCHED, "errors": ERRORS})
    same_cores("Perfetto, text", not_cut_off(truth, by_core(truth, rows["sched"], START)), truth)


def chrome(path, truth):
    rows = trace_processor(path, {"cores": CORES, "states": CHROME_STATES, "errors": ERRORS})
    cores = [(int(tid) - 1, ts, dur, name) for tid, ts, dur, name in rows["cores"]]
    same_cores("Perfetto, JSON", not_cut_off(truth, by_core(truth, cores, 0)), truth)
    if not truth.random:  # where times are whole microseconds
        same_states(truth, rows["states"], ("ready",), ("waiting",))


def speedscope(path, truth):
    answer = json.loads(output("node", os.path.join(HERE, "speedscope.mjs"), path))
    if answer["errors"]:
        raise Broken(f"speedscope's schema: {answer['errors']}")
    for i, want in enumerate(truth.shown):
        got = tidy((a, b, "switch" if stack[-1] == "context switch" else stack[0]) for a, b, stack in answer["cores"][i])
        same(f"speedscope: core {i}", got, without_interrupts(truth, want, got))


def without_interrupts(truth, want, got):
    """Formats that do not tell an interrupt show the task on through it."""
    return want if truth.irq == 0 else got


def vcd(path, truth):
    with tempfile.TemporaryDirectory() as folder:
        fst = os.path.join(folder, "x.fst")
        output("vcd2fst", path, fst)
        text = output("fst2vcd", fst)
    names, values, at = {}, collections.defaultdict(list), 0
    for line in text.splitlines():
        if line.startswith("$var string"):
            _, _, _, code, name, *_ = line.split()
            names[code] = name
        elif line.startswith("#"):
            at = int(line[1:])
        elif line.startswith("s"):
            value, code = line[1:].split()
            values[names[code]].append((at, value))
    same("vcd2fst: the end", at, truth.end)
    for i, want in enumerate(truth.shown):
        changes = values[truth.core_names[i].replace(" ", "_")] + [(truth.end, "idle")]
        got = tidy((a, b, v) for (a, v), (b, _) in zip(changes, changes[1:]) if v != "idle")
        want = [(a, b, n.replace(" ", "_")) for a, b, n in want]
        same(f"vcd2fst: core {i}", got, without_interrupts(truth, want, got))


def csv_(path, truth):
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    cores, busy = [[] for _ in range(truth.ncores)], {}

    def leave(core, at):
        if core in busy:
            since, name, _ = busy.pop(core)
            cores[core].append((since, at, name))
    for row in rows:
        at, kind = int(row["ns"]), row["record"]
        if kind in ("switch", "run", "mode"):
            core = int(row["place"])
            leave(core, at)
            busy[core] = (at, "switch" if kind == "switch" else row["task_name"], row["task"])
        elif kind == "stop":
            leave(int(row["place"]), at)
        elif kind == "ready":  # perhaps while its core was still switching to it
            for core in [c for c, (_, _, task) in busy.items() if task == row["task"]]:
                leave(core, at)
    if not rows or rows[-1]["record"] != "end":
        raise Broken("csv: no end")
    same("csv: the end", int(rows[-1]["ns"]), truth.end)
    for core in list(busy):
        leave(core, truth.end)
    for i, want in enumerate(truth.shown):
        got = tidy(cores[i])
        same(f"csv: core {i}", got, without_interrupts(truth, want, got))


READERS = {"perfetto": perfetto, "perf": perf, "trace-cmd": trace_cmd, "ftrace": ftrace, "chrome": chrome, "ctf": ctf,
           "vcd": vcd, "speedscope": speedscope, "csv": csv_}


# ---- runs ----------------------------------------------------------------------------------

def truths(quanta):
    for path, variants, options, own in RUNS:
        documents = json.loads(output_any(quanta, "run", "--json", "--segments", "--tasks", *options, path))
        for document in documents if isinstance(documents, list) else [documents]:
            if variants and document["variant"] not in variants:
                continue
            truth = Truth(document, own)
            truth.core_names = [c["name"] for c in document["cores"]]
            with open(path, encoding="utf-8") as file:
                config = json.load(file)
            truth.devices = {n: dict(d, channels_one=config["devices"].get(n, {}).get("channels", 1) == 1)
                             for n, d in document["devices"].items()}
            others = set(config.get("sync", {})) | {"join"}
            truth.waits_for_others = any(others & set(t["blocked"]) for t in document["tasks"].values())
            truth.random = "--seed" in options
            truth.cut_off = document["outcome"] == "until"
            yield path, document["variant"], options, truth


def output_any(*command):
    """Whatever the exit code: a deadlock is exported as well."""
    return subprocess.run(command, capture_output=True, text=True).stdout


def export(quanta, to, path, variant, options, target):
    output(quanta, "export", "--to", to, "--variant", variant, *options, "-o", target, path)


def one(job):
    quanta, to, (path, variant, options, truth) = job
    what = f"{to}: {os.path.basename(path)}, {variant} {' '.join(options)}"
    with tempfile.TemporaryDirectory() as folder:
        target = os.path.join(folder, "trace")
        try:
            export(quanta, to, path, variant, options, target)
            READERS[to](target, truth)
        except Broken as error:
            return f"{what}: {error}"
    return None


# ---- damage --------------------------------------------------------------------------------

def varint(n):
    out = b""
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def later(to, data, at):
    """The file with one of its times 50 us later: the first one that is `at`, in each coding that
    a format may have."""
    def decimal(ns):
        return f"{ns // 10**9}.{ns % 10**9:09}".encode()
    moved = at + 50_000
    if to == "ftrace":
        old, new = decimal(at + START), decimal(moved + START)
    elif to == "chrome":
        old, new = (f'"X","pid":1,"tid":1,"ts":{t // 1000}.{t % 1000:03}'.encode() for t in (at, moved))
    elif to == "perfetto":
        old, new = varint(at + START), varint(moved + START)
    elif to == "vcd":
        old, new = f"#{at}\n".encode(), f"#{moved}\n".encode()
    elif to == "speedscope":
        old, new = f'"at":{at}}}'.encode(), f'"at":{moved}}}'.encode()
    elif to == "csv":
        old, new = f"\n{at},stop".encode(), f"\n{moved},stop".encode()
    elif to == "trace-cmd":  # times are distances; a page begins with a full one
        at = START
        old, new = struct.pack("<Q", at), struct.pack("<Q", at + 50_000)
    else:
        old, new = struct.pack("<Q", at + START), struct.pack("<Q", moved + START)
    if old not in data:
        raise Broken(f"{to}: no time {at} to change")
    if to in ("perf", "ftrace"):  # several events of one instant: the switch is the last of them
        head, _, tail = data.rpartition(old)
        return head + new + tail
    return data.replace(old, new, 1) if to != "perfetto" else data.replace(old, new)


def damaged(job):
    """A time changed, and the end cut off: each has to be noticed."""
    quanta, to, (path, variant, options, truth) = job
    at = truth.cores[0][len(truth.cores[0]) // 2][0 if to == "chrome" else 1]
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        target = os.path.join(folder, "trace")
        export(quanta, to, path, variant, options, target)
        file = os.path.join(target, "channel0_0") if to == "ctf" else target
        with open(file, "rb") as stream:
            data = stream.read()
        for what, harm in (("a wrong time", later(to, data, at)), ("a cut-off end", data[:len(data) * 2 // 3])):
            with open(file, "wb") as stream:
                stream.write(harm)
            try:
                READERS[to](target, truth)
                missed.append(f"{to}: {what} went unnoticed")
            except (Broken, ValueError, KeyError, IndexError):
                pass
    return "\n".join(missed) or None


# ---- memory --------------------------------------------------------------------------------

def peak_kb(quanta, to, until):
    """The most memory that an export to a pipe has used, asked for while it still writes."""
    peak = 0
    with subprocess.Popen([quanta, "export", "--to", to, "--until", until, os.path.join(HERE, "configs/long.json")],
                          stdout=subprocess.PIPE) as process:
        while process.stdout.read(1 << 16):
            with open(f"/proc/{process.pid}/status", encoding="utf-8") as status:
                peak = max([peak] + [int(line.split()[1]) for line in status if line.startswith("VmHWM:")])
    return peak


def frugal(job):
    """Fifteen times the records, which make 20 MB and more in most formats, and the same memory: two megabytes
    are for chance, as pages come and go and the peak of a short run is hardly seen."""
    quanta, to = job
    short, long = peak_kb(quanta, to, "100ms"), peak_kb(quanta, to, "1500ms")
    if not 0 < long <= short + 2048:
        return f"{to}: {short} KB for a short run, {long} KB for a long one"
    return None


def main(quanta, formats):
    formats = formats or list(READERS)
    runs = list(truths(quanta))
    plant = next(r for r in runs if r[0] == DAMAGED)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        bad = list(pool.map(one, [(quanta, to, run) for to in formats for run in runs]))
        missed = list(pool.map(damaged, [(quanta, to, plant) for to in formats]))
        large = list(pool.map(frugal, [(quanta, to) for to in formats if to != "ctf"]))  # a folder
    problems = [b for b in bad + missed + large if b]
    for problem in problems:
        print(f"FAIL  {problem}")
    print(f"{len(formats)} formats of {len(runs)} runs read back, {len(problems)} of {len(bad + missed + large)} checks failed")
    return 1 if problems else 0


if __name__ == "__main__":
    missing = [t for t in ("perf", "trace-cmd", "babeltrace2", "vcd2fst", "node") if not shutil.which(t)]
    if missing:
        sys.exit(f"readers.py: missing: {', '.join(missing)}; make readers installs them")
    sys.exit(main(os.path.abspath(sys.argv[1]), sys.argv[2:]))
