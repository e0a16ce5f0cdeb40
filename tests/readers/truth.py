"""What a result document says of a run, put as the tools see it that read our exports.

Those tools know threads on cores.  Where every task has a thread of its own, a task's stretches
on a core are the thread's; where tasks share threads only the cores' busy time can be compared,
and the tasks' time by the slices on threads.

Times are in ns, from the begin of the run."""
import collections

START = 1_000_000_000  # exports for kernel tools begin at one second


def comm(name):
    """A task's name as a kernel would cut it: 15 bytes, the number of a copy kept."""
    data = name.encode()
    if len(data) > 15:
        head, mark, tail = data.rpartition(b"#")
        tail = mark + tail if mark and len(tail) < 14 else b""
        data = (data[:15 - len(tail)].decode(errors="ignore").encode() + tail)
    return "".join("_" if c <= " " or c == "\x7f" else c for c in data.decode())


def tidy(intervals):
    """Without those that took no time; what touches with one name is one."""
    out = []
    for a, b, name in sorted(i for i in intervals if i[1] > i[0]):
        if out and out[-1][1] == a and out[-1][2] == name:
            out[-1] = (out[-1][0], b, name)
        else:
            out.append((a, b, name))
    return out


def through_interrupts(segments):
    """A core's stretches; one that an interrupt cuts in two is one, as a kernel counts."""
    out, irq = [], None  # irq: (from, whose stretch it cut)
    for s in segments:
        if s["task"] is None:
            last = out[-1] if out and out[-1][1] == s["from"] else None
            irq = (irq and irq[1] == s["from"] and irq) or None
            irq = (irq[0] if irq else last, s["to"])
            continue
        if irq and irq[1] == s["from"] and irq[0] and irq[0][2] == s["task"] and out[-1] is irq[0]:
            out[-1] = (out[-1][0], s["to"], s["task"])
        else:
            out.append((s["from"], s["to"], s["task"]))
        irq = None
    return out


class Truth:
    """Of one result document, made with --segments --tasks."""

    def __init__(self, result, own_threads):
        self.own_threads = own_threads
        self.end = result["end"]
        self.ncores = len(result["cores"])
        segments = sorted(result["segments"], key=lambda s: s["from"])
        by_core = [[s for s in segments if s["core"] == i] for i in range(self.ncores)]
        self.names = sorted({s["task"] for s in segments if s["task"]})
        self.cores = [tidy((a, b, comm(n)) for a, b, n in through_interrupts(core)) for core in by_core]
        # as shown where segments are kept apart: the task's own time, switches
        self.shown = [tidy((s["from"], s["to"], "switch" if s["kind"] == "switch" else s["task"])
                           for s in core if s["task"]) for core in by_core]
        self.irq = sum(s["to"] - s["from"] for s in segments if s["task"] is None)
        self.cpu, self.running = collections.Counter(), collections.Counter()
        for s in segments:
            if s["task"]:
                self.cpu[s["task"]] += s["to"] - s["from"]
        for core in self.cores:
            for a, b, name in core:
                self.running[name] += b - a
        self.ready, self.blocked, self.waiting = (collections.Counter() for _ in range(3))
        self.unfinished = {comm(n) for n, t in result["tasks"].items() if t["completion"] is None}
        for name, t in result["tasks"].items():
            if t["completion"] is None:
                continue
            self.blocked[comm(name)] += sum(t["blocked"].values())
            self.waiting[comm(name)] += t["waiting"]
        self.switch = collections.Counter()
        for s in segments:
            if s["kind"] == "switch":
                self.switch[comm(s["task"])] += s["to"] - s["from"]
        for name, t in result["tasks"].items():
            if t["completion"] is not None:
                self.ready[comm(name)] += t["turnaround"] - sum(t["blocked"].values())
        for name in self.ready:
            self.ready[name] -= self.running[name]

    def finished(self, counter):
        """Of the tasks that have ended, and are not of one name with others that have not."""
        return {n: v for n, v in counter.items() if n not in self.unfinished and v}

    def coverage(self):
        """When each core was busy with threads."""
        return [tidy((a, b, "busy") for a, b, _ in core) for core in self.cores]
