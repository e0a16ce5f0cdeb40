"""Random workloads of an event loop, in the workload language.

A workload is {"main": ops, "programs": {name: ops}, "tasks": [task], "vars": {name: value}}.  Its
order of labels should not hang on how fast the machine is: what is started is due, or done, long
before or long after what it could be compared with.  Where that fails, node_check.py notices.

Each workload has one source of events beside timers: the pool, a polled device, or tasks that
arrive.  In one poll Node takes ready ones by kind, not by the time at which they became ready.
"""
import random

FAMILIES = ("pool", "pool", "net", "tasks")
LONG = (23, 52, 97)  # ms; sums of few of them stay apart


class Maker:
    """Makes one workload."""

    def __init__(self, seed):
        self.r = random.Random(seed)
        self.family = self.r.choice(FAMILIES)
        self.labels = self.names = 0
        self.programs = {}
        self.again = []  # timers' names that are given more than once

    def name(self, letter):
        self.names += 1
        return f"{letter}{self.names}"

    def log(self):
        self.labels += 1
        count = " ${n}" if self.r.random() < 0.15 else ""
        return {"log": f"x{self.labels}{count}"}

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

    # ---- something that runs `ops` some time

    def later(self, ops):
        kind = self.r.choice(["nextTick", "microtask", "setImmediate", "setTimeout", "async"])
        if kind == "setTimeout":
            return {"setTimeout": self.r.choice([31, 64]), "do": ops}
        if kind == "async":
            return {"async": [{"await": None}] + ops}
        return {kind: ops}

    # ---- groups of ops

    def settled(self, name, good):
        settle = [{"resolve": name} if good else {"reject": name}]
        if self.chance(0.4):
            return settle
        return [self.later([self.log()] + settle + [self.log()])]

    def reactions(self, name, good, depth):
        ops = []
        for _ in range(self.r.randrange(1, 4)):
            then = {"then": name, "do": self.body(depth, self.chance(0.2)), "as": self.name("q")}
            if not good:
                then["catch"] = self.body(depth, False)
            ops.append(then)
            if self.chance(0.5):
                ops.append({"then": then["as"], "do": self.body(depth, False)})
        return ops

    def promise(self, depth, _awaits):
        name = self.name("p")
        good = self.chance(0.8)
        ops = [{"promise": name}] + self.settled(name, good) + self.reactions(name, good, depth)
        if good and self.chance(0.5):
            ops.append({"async": [self.log(), {"await": name}] + self.body(depth, True)})
        if good and self.chance(0.3):
            other = self.name("p")
            ops += [{"promise": other}, {"resolve": other, "with": name},
                    {"then": other, "do": [self.log()]}]
        return ops

    def awaited(self, depth, _awaits):
        kinds = [{"await": None}, {"await": None}, {"sleep": 1}, {"sleep": 46}, {"yield": True},
                 {"await": {"async": self.body(depth, True)}}, {"await": {"sleep": 2}}, self.request(False)]
        if self.programs:
            kinds.append({"await": {"call": self.r.choice(sorted(self.programs))}})
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
        return op if "io" in op or "then" in op else {"await": op}

    def requested(self, depth, _awaits):
        gap = 24 if self.family == "pool" else 41  # it is done before the next comparison
        return [self.request(self.body(depth, False)), {"cpu": gap}]

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
        if self.chance(0.5):
            return [{"setImmediate": ops, "unref": True}]
        return [{"setTimeout": 1, "unref": True, "do": ops}, {"cpu": 11}]

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

    def call(self, depth, _awaits):
        if not self.programs or self.chance(0.3):
            ops = self.plain(depth, self.chance(0.4))
            if self.chance(0.2):
                ops += [{"if": "n > 1", "then": [{"exit": True}]}, self.log()]
            self.programs[self.name("f")] = ops
        return [{"call": self.r.choice(sorted(self.programs))}, self.log()]

    def children(self, depth, _awaits):
        name = self.name("f")
        self.programs[name] = self.plain(depth, True)
        return [{"spawn": name}]

    def op(self, depth, awaits):
        if depth == 0:
            return [self.log()]
        kinds = [(10, self.one("nextTick", 0.2)), (10, self.one("microtask", 0)),
                 (10, self.one("setImmediate", 0.2)), (12, self.timeout), (6, self.cleared), (12, self.promise),
                 (8, self.one("async", 1)), (4, self.interval),
                 # What is unref'd ends with its task, in node with the program.
                 (3 if self.family != "tasks" else 0, self.unref), (6, self.control), (5, self.call),
                 (3, self.one("close", 0)), (6 if self.family != "tasks" else 0, self.requested),
                 (4 if self.family == "tasks" else 0, self.children), (45 if awaits else 0, self.awaited)]
        make = self.r.choices([k for _, k in kinds], [w for w, _ in kinds])[0]
        return make(depth - 1, awaits)

    def one(self, key, awaits):
        return lambda depth, _: [{key: self.body(depth, self.chance(awaits))}]

    def timeout(self, depth, _awaits):
        return [{"setTimeout": self.r.choice((1, 1, 1) + LONG), "do": self.body(depth, self.chance(0.2))}]

    def task(self, number):
        ops = self.plain(1, True) if self.chance(0.4) else self.body(2, True)
        task = {"name": f"T{number}", "arrive": self.r.choice([0, 0, 71, 140]), "do": ops}
        if not any(key in str(ops) for key in ("'promise'", "'id'", "'as'")) and self.chance(0.4):
            task["count"] = self.r.randrange(2, 4)
        return task

    def workload(self):
        main = []
        for _ in range(self.r.randrange(2, 6)):
            main += self.op(3, False)
        tasks = [self.task(i + 1) for i in range(self.r.randrange(1, 4))] if self.family == "tasks" else []
        return {"main": main + [{"cpu": 6}, self.log()], "programs": self.programs, "tasks": tasks,
                "vars": {"n": 1, "k": 0}}
