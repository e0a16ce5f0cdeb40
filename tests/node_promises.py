"""Random promises: settled sooner or later, followed, gathered, rejected with or without a
listener."""


class Promises:
    """Of node_programs.Maker."""

    def rejection(self, name):
        return {"reject": name, "text": self.name("r")} if self.chance(0.6) else {"reject": name}

    def settled(self, name, good):
        settle = [{"resolve": name} if good else self.rejection(name)]
        if self.chance(0.4):
            return settle
        return [self.later([self.log()] + settle + [self.log()])]

    def caught(self, depth):
        return [self.log("error")] + self.body(depth, False)[1:]

    def reactions(self, name, good, depth):
        ops = []
        for _ in range(self.r.randrange(1, 4)):
            then = {"then": name, "do": self.body(depth, self.chance(0.2)), "as": self.name("q")}
            if not good:
                then["catch"] = self.caught(depth)
            ops.append(then)
            if self.chance(0.15):  # the reaction throws, and the next catches
                then["do"].append({"throw": self.name("e")})
                ops.append({"then": then["as"], "catch": self.caught(depth)})
            elif self.chance(0.5):
                ops.append({"then": then["as"], "do": self.body(depth, False)})
        return ops

    def promise(self, depth, _awaits):
        if self.hears and self.chance(0.2):
            return self.unhandled(depth)
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

    def unhandled(self, depth):
        """Rejected; nobody catches it, or too late, or just in time."""
        name = self.name("p")
        ops = [{"promise": name}] + self.settled(name, False)
        handler = {"then": name, "catch": self.caught(depth)}
        pick = self.r.randrange(3)
        if pick == 0:
            ops.append({"then": name, "do": [self.log()], "as": self.name("q")})
        if pick == 1:
            ops.append({self.r.choice(("nextTick", "microtask", "setImmediate")): [self.log(), handler]})
        return ops

    def gathered(self, depth, awaits):
        """all, allSettled, any, race."""
        names, ops = [], []
        for _ in range(self.r.randrange(0, 4)):
            names.append(self.name("p"))
            ops += [{"promise": names[-1]}] + self.settled(names[-1], self.chance(0.7))
        kind = self.r.choice(("all", "allSettled", "any", "race"))
        if kind == "race" and not names:
            kind = "all"  # a race of none is never settled
        whole = self.name("q")
        ops.append({kind: names, "as": whole})
        if awaits and self.chance(0.5):
            return ops + [{"try": [{"await": whole}, self.log()], "catch": [self.log("error")]}, self.log()]
        then = {"then": whole, "do": self.body(depth, self.chance(0.2)), "catch": [self.log()]}
        if self.chance(0.3):
            ops.append({"async": [self.log(), {"try": [{"await": whole}, self.log()], "catch": [self.log()]}]})
        return ops + [then]
