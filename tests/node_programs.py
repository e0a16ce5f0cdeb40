"""Random workloads of an event loop, in the workload language.

A workload is {"main": ops, "programs": {name: ops}, "tasks": [task], "vars": {name: value}}.  Its
order of labels should not hang on how fast the machine is: what is started is due, or done, long
before or long after what it could be compared with.  Where that fails, node_orders.py notices.

Each workload has one source of events beside timers: the pool, a polled device, tasks that arrive,
ports of this thread, or a worker, with which it talks in turns.  In one poll Node takes ready ones
by kind, not by the time at which they became ready.
"""
import random

from node_locks import VARS, Locks
from node_promises import Promises
from node_talk import Talk

FAMILIES = ("pool", "pool", "net", "tasks", "tasks", "ports", "ports", "workers", "workers")
LONG = (23, 52, 97)  # ms; sums of few of them stay apart
ENDS = ("exit", "beforeExit")


class Maker(Promises, Talk, Locks):
    """Makes one workload."""

    locks = True

    def __init__(self, seed):
        self.r, self.s = random.Random(seed), random.Random(f"locks {seed}")
        self.family = self.r.choice(FAMILIES)
        # Tasks are spawned, or arrive: of two that are there at once, the kind decides.
        self.spawns = self.family == "tasks" and self.chance(0.5)
        # A drain that fails leaves ticks behind, which run in the check phase, or before that in the poll if there is
        # anything: a thing of node's own is enough.
        self.polls = self.family in ("net", "pool", "ports", "workers")
        self.thread = ""  # of a worker its name and ":": what its labels begin with
        self.labels = self.names = 0
        self.told = False  # in a callback that has a message, which another would replace
        self.programs = {}
        self.again = []  # timers' names that are given more than once
        alone = self.family != "tasks"  # whose end is the process's
        self.catches = alone and self.chance(0.3)  # uncaught exceptions
        self.hears = alone and self.chance(0.4)  # unhandled rejections
        self.listens = alone and self.chance(0.2)  # to its end

    # ---- names, labels, chance

    def name(self, letter):
        self.names += 1
        return f"{letter}{self.names}"

    def log(self, value=""):
        """A label; `value`: with that behind it."""
        self.labels += 1
        if not value and not self.thread and self.chance(0.15):
            value = "n"
        return {"log": f"{self.thread}x{self.labels}" + (f" ${{{value}}}" if value else "")}

    def chance(self, p):
        return self.r.random() < p

    def body(self, depth, awaits):
        ops = [self.log()]
        for _ in range(self.r.randrange(0, 3 if depth else 1)):
            ops += self.op(depth, awaits)
        if self.chance(0.4):
            ops.append(self.log())
        if any("setTimeout" in op or "io" in op or "work" in op for op in ops):
            ops.append({"cpu": 11})  # what was just started is due in the next pass
        return ops

    def callback(self, depth, awaits):
        """The same, of what the loop calls: somebody hears what it throws."""
        return self.throwing(self.body(depth, awaits), self.hears if awaits else self.catches)

    def throwing(self, ops, heard, always=True):
        """The same, but that it throws now and then; `always`: each time that it is called."""
        if not heard or not self.chance(0.15):
            return ops
        throw = {"throw": self.name("e")}
        if not always or self.chance(0.3):
            throw = {"if": self.r.choice(("n % 2 == 1", "k % 2 == 0")), "then": [throw]}
        at = self.r.randrange(1, len(ops) + 1) if self.chance(0.3) else len(ops)
        return ops[:at] + [throw] + ops[at:]

    # ---- something that runs `ops` some time

    def later(self, ops):
        kind = self.r.choice(["nextTick", "microtask", "setImmediate", "setTimeout", "async"])
        if kind == "setTimeout":
            return {"setTimeout": self.r.choice([31, 64]), "do": ops}
        if kind == "async":
            return {"async": [{"await": None}] + ops}
        return {kind: ops}

    # ---- groups of ops: what is waited for

    def awaited(self, depth, _awaits):
        kinds = [{"await": None}, {"await": None}, {"sleep": 46}, {"yield": True}, {"await": {"yield": True}},
                 {"await": {"async": self.body(depth, True)}}, {"await": {"sleep": 2}}, self.request(False)]
        if self.programs:
            kinds.append({"await": {"call": self.r.choice(sorted(self.programs))}})
        if self.chance(0.15):  # its timer is due in the next pass
            return [{"microtask": [{"cpu": 5}]}, {"sleep": 1}, self.log()]
        return [self.r.choice(kinds), self.log()]

    def request(self, then):
        """To the source of this workload; not waited for, `then`: called back."""
        if self.family == "net":
            op = {"io": "net"}
        elif self.family == "pool":
            op = self.r.choice([{"io": "fs"}, {"io": "fs"}, {"work": 1}])
        else:
            return {"setImmediate": [self.log()]}
        if then is not False:
            op["then"] = then
        elif self.chance(0.6):
            return {"await": op}
        return op if "io" in op or "then" in op else {"await": op}

    def requested(self, depth, _awaits):
        if self.chance(0.15):
            return [{"io": self.r.choice(("fs", "net")), "sync": True, "time": 7}, self.log()]
        gap = 24 if self.family == "pool" else 41  # it is done before the next comparison
        return [self.request(self.callback(depth, False)), {"cpu": gap}]

    def awaiting(self, depth, _awaits):
        """An async function that waits for an op, which is over before the next comparison."""
        kinds = [{"sleep": 1}, {"yield": True}, {"async": self.body(depth, True)}]
        if self.family == "net":
            kinds = [{"io": "net"}] + kinds[1:]
        if self.family == "pool":
            kinds = [{"io": "fs"}, {"work": 1}]
        if self.programs:
            kinds.append({"call": self.r.choice(sorted(self.programs))})
        gap = 41 if self.family == "net" else 24
        return [{"async": [self.log(), {"await": self.r.choice(kinds)}, self.log()]}, {"cpu": gap}]

    # ---- timers and immediates

    def timeout(self, depth, _awaits):
        return [{"setTimeout": self.r.choice((1, 1, 1) + LONG), "do": self.callback(depth, self.chance(0.2))}]

    def cleared(self, depth, _awaits):
        if self.chance(0.3):
            name = self.name("m")
            return [{"setImmediate": self.body(depth, False), "id": name},
                    {self.r.choice(["nextTick", "microtask"]): [{"clear": name}, self.log()]}]
        name = self.name("t")
        if self.again and self.chance(0.5):
            name = self.r.choice(self.again)
        self.again.append(name)
        return [{"setTimeout": self.r.choice([1, 43]), "id": name, "do": self.body(depth, False)},
                self.later([{"clear": name}])]

    def interval(self, _depth, _awaits):
        name = self.name("i")
        period = self.r.choice([1, 37])
        op = {"setInterval": period, "id": name,
              "do": self.body(0, False) + [{"cpu": 11}]}  # names within would be given again
        if period > 1 and self.chance(0.5):  # how often it comes in so many ms is no question
            end = [{"setTimeout": self.r.choice([54, 92]), "do": [{"clear": name}, self.log()]}]
            return [op] + end
        counter = self.r.choice(["n", "k"])  # it ends itself
        op["do"] += [{"set": f"{counter} = {counter} + 1"},
                     {"if": f"{counter} >= {self.r.randrange(2, 5)}", "then": [{"clear": name}]}]
        return [op]

    def unref(self, depth, _awaits):
        ops = self.body(depth, False)
        pick = self.r.randrange(4)
        if pick == 0:
            return [{"setImmediate": ops, "unref": True}]
        if pick == 1:
            return [{"setTimeout": 1, "unref": True, "do": ops}, {"cpu": 11}]
        name = self.name("t")
        timer = {"setImmediate": ops, "id": name} if self.chance(0.4) else \
                {"setTimeout": self.r.choice((1, 29)), "id": name, "do": ops}
        change = [{"unref": name}]
        if self.chance(0.5):
            change = [dict(timer, unref=True), {"ref": name}][1:] if self.chance(0.3) else change + [{"ref": name}]
        if self.chance(0.3):
            change = [{self.r.choice(("nextTick", "microtask", "setImmediate")): change + [self.log()]}]
        return [timer] + change + [{"cpu": 11}]

    # ---- control

    def control(self, depth, awaits):
        pick = self.r.randrange(4)
        if pick == 0:
            return [{"repeat": self.r.randrange(1, 4), "do": self.plain(depth, awaits)}]
        if pick == 1:
            return [{"atomic": "k = 0"}, {"while": "k < 2", "do": [{"atomic": "k = k + 1"}] + self.plain(depth, False)}]
        if pick == 2:
            return [{"set": f"n = n * {self.r.randrange(2, 5)} % 7 - {self.r.randrange(3)}"}, self.log(),
                    {"if": self.r.choice(["n > 2", "n % 2 == 0", "!n || n < 0", "n / 2 != 1"]),
                     "then": self.body(depth, awaits), "else": self.plain(depth, awaits)}]
        return [{"assert": "n == n"}, self.log()]

    def plain(self, depth, awaits):
        """What may run more than once: it gives no name."""
        ops = [self.log()]
        if depth and self.chance(0.6):
            ops.append({self.r.choice(["nextTick", "microtask", "setImmediate"]): [self.log()]})
        if awaits and self.chance(0.5):
            ops += [self.r.choice([{"await": None}, {"sleep": 1}, {"yield": True}]), self.log()]
        return ops

    def guarded(self, depth, awaits):
        """try, catch, finally."""
        inside = self.body(depth, awaits)
        throw = {"throw": self.name("e")}
        if awaits and self.chance(0.4):  # an await of what is rejected throws
            name = self.name("p")
            inside += [{"promise": name}, self.rejection(name), {"await": name}, self.log()]
        elif self.chance(0.8):
            inside += [throw if self.chance(0.7) else {"if": "n % 2 == 1", "then": [throw]}, self.log()]
        op = {"try": inside}
        if self.chance(0.85):
            op["catch"] = [self.log("error")] + self.body(depth, awaits)[1:]
        if "catch" not in op or self.chance(0.4):
            op["finally"] = self.body(depth, awaits and self.chance(0.5))
        if "catch" not in op:  # it goes on to the next
            op = {"try": [op, self.log()], "catch": [self.log("error")]}
        return [op, self.log()]

    def call(self, depth, _awaits):
        if not self.programs or self.chance(0.3):
            ops = self.plain(depth, self.chance(0.4))
            if self.chance(0.2):
                ops += [{"if": "n > 1", "then": [{"exit": True}]}, self.log()]
            self.programs[self.name("f")] = ops
        return [{"call": self.r.choice(sorted(self.programs))}, self.log()]

    def children(self, depth, awaits):
        name = self.name("f")
        self.programs[name] = self.plain(depth, True)
        if not awaits or self.chance(0.5):
            return [{"spawn": name}]
        return [{"spawn": name, "as": name}, self.log(), {"join": name}, self.log()]

    def memory(self, _depth, _awaits):
        size = self.r.choice((1, 100, 5000))
        return [{"allocate": size}, self.log(), {"free": size}]

    # ---- all of them

    def op(self, depth, awaits):
        if depth == 0:
            return [self.log()]
        tasks, ports = self.family == "tasks", self.family in ("ports", "workers")
        kinds = [(10, self.one("nextTick", 0.2)), (10, self.one("microtask", 0)),
                 (10, self.one("setImmediate", 0.2)), (12, self.timeout), (6, self.cleared), (12, self.promise),
                 (6, self.gathered), (8, self.one("async", 1)), (4, self.interval), (6, self.guarded),
                 (5, self.awaiting),
                 # What is unref'd ends with its task, in node with the program.
                 (0 if tasks else 4, self.unref), (6, self.control), (5, self.call),
                 # In node it is a port, whose other end is closed a turn later, with a drain of its own.
                 (0 if self.catches else 3, self.one("close", 0)), (0 if tasks else 6, self.requested), (1, self.memory),
                 (12 if ports else 0, self.channel), (5 if self.spawns else 0, self.children),
                 (45 if awaits else 0, self.awaited)]
        make = self.r.choices([k for _, k in kinds], [w for w, _ in kinds])[0]
        return make(depth - 1, awaits)

    def one(self, key, awaits):
        if key == "nextTick" and self.polls:
            return lambda depth, _: [{key: self.body(depth, self.chance(awaits))}]
        return lambda depth, _: [{key: self.callback(depth, self.chance(awaits))}]

    def task(self, number):
        ops = self.plain(1, True) if self.chance(0.4) else self.body(2, True)
        task = {"name": f"T{number}", "arrive": self.r.choice([0, 0, 71 + 17 * number, 140 + 17 * number]), "do": ops}
        if not any(key in str(ops) for key in ("'promise'", "'id'", "'as'")) and self.chance(0.4):
            task["count"] = self.r.randrange(2, 4)
        return task

    def few(self, ops):
        """Of a listener to what such ops may bring about: not for ever."""
        throw = self.hears and self.catches and not self.polls
        return {"if": "u < 3", "then": [{"set": "u = u + 1"}] + self.throwing(ops, throw)}

    def listeners(self):
        """What main hears of the process."""
        ops = []
        for draws, event in (self.catches, "uncaughtException"), (self.hears, "unhandledRejection"):
            if draws:  # what it does may be rejected in turn: not for ever
                ops.append({"on": event, "do": [self.log("error"), self.few(self.body(1, False))]})
                if self.chance(0.3):
                    ops.append({"on": event, "do": [self.log("error")]})
        for _ in range(self.r.randrange(1, 3) if self.listens else 0):
            ops.append({"on": "exit", "do": [self.log("message")] + self.throwing(self.body(1, False), self.catches)})
        if self.listens and self.chance(0.6):  # once: what it starts is followed by another
            again = {"if": "b == 0", "then": [{"set": "b = 1"}] + self.throwing(self.body(2, False), self.catches)}
            ops.append({"on": "beforeExit", "do": [self.log(), again, {"nextTick": [self.log()]}]})
            if self.chance(0.3):
                ops.append({"on": "beforeExit", "do": [self.log()]})
        self.r.shuffle(ops)
        return ops

    def workload(self):
        main = self.listeners()
        for _ in range(self.r.randrange(2, 6)):
            main += self.op(3, False)
        if self.family == "workers":
            main += self.worker()
        if self.family != "tasks" and self.chance(0.08):  # the end of the process
            end = {"exit": True} if self.chance(0.5) else {"throw": self.name("e")}
            main.append(self.later([self.log(), end, self.log()]))
        arrive = self.r.randrange(1, 4) if self.family == "tasks" and not self.spawns else 0
        tasks = [self.task(i + 1) for i in range(arrive)]
        return {"main": main + [{"cpu": 6}, self.log()], "programs": self.programs, "tasks": tasks,
                "vars": {"n": 1, "k": 0, "b": 0, "u": 0, **VARS}}
