"""Random talk: ports of one thread, and workers.

With a worker main talks in turns: while the one computes, the other waits, so that each thread's
labels have an order.  What a turn does ends within its callback, its ticks and its microtasks; or
its last immediate sends the answer.
"""
from node_locks import Meeting


class Talk:
    """Of node_programs.Maker."""

    # ---- ports of one thread

    def channel(self, depth, _awaits):
        one, other = self.name("c"), self.name("c")
        ops = [{"messageChannel": one, "to": other}]
        if self.chance(0.25) and not self.told:
            return ops + self.received(one, other)
        count = self.r.randrange(1, 4)
        end = {"if": f"message == {count}", "then": [{"closePort": self.r.choice((one, other))}]}
        told, self.told = self.told, True
        awaits = self.chance(0.15)
        body = [self.log("message"), end] + self.body(depth, awaits)[1:]
        listener = {"onMessage": self.throwing(body, self.catches, False), "from": other}
        self.told = told
        if self.chance(0.2):
            listener["unref"] = True
        ops.append(listener)
        if self.chance(0.2):
            ops.append({"onMessage": [self.log("message")], "from": other})
        for port in (one, other):
            while self.chance(0.3):
                ops.append({"on": "close", "of": port, "do": self.throwing(self.body(depth, False), self.catches)})
        for number in range(1, count + 1):
            post = {"postMessage": one, "text": str(number)}
            ops.append(post if self.chance(0.6) else self.later([self.log(), post]))
        return ops

    def received(self, one, other):
        """Taken at once."""
        ops, count = [], self.r.randrange(1, 4)
        for number in range(count):
            ops.append({"postMessage": one, "text": f"m{number}"})
        for _ in range(self.r.randrange(1, count + 1)):
            ops += [{"receiveMessage": other}, self.log("message")]
        return ops + [{"closePort": self.r.choice((one, other))}] * self.r.randrange(2)

    # ---- workers

    def turn(self, answer):
        """What one of the two does when it is its turn, and how it gives it to the other."""
        ops = [self.log("message")]
        for _ in range(self.r.randrange(0, 3)):
            kind = self.r.choice(("nextTick", "microtask", "microtask", "async", "log", "then"))
            if kind == "async":
                ops.append({"async": [self.log(), {"await": None}, self.log()]})
            elif kind == "log":
                ops.append(self.log())
            elif kind == "then":
                name = self.name("p")
                ops += [{"promise": name}, {"then": name, "do": [self.log()]}, {"resolve": name}]
            else:
                ops.append({kind: [self.log()]})
        if self.chance(0.3):
            return ops + [{"setImmediate": [self.log(), {"microtask": [self.log()]}]},
                          {"setImmediate": [self.log()] + answer}]
        return ops + answer + ([{"nextTick": [self.log()]}] if self.chance(0.3) else [])

    def side(self, turns, other, before=(), after=()):
        """The callback for all its turns: [(number, the other's next number or None, end)]; what comes
        `before` its first turn, and `after` it has given it to the other."""
        ops = []
        for number, following, end in turns:
            answer = [{"postMessage": other, "text": str(following)}, *after] if following else end
            ops.append({"if": f"message == {number}", "then": [*before, *self.turn(answer)]})
            before = after = ()
        return ops

    def script(self, program, first, last, end, meeting):
        """A worker's, which answers odd numbers; `end`: what it does in its last turn."""
        thread, self.thread = self.thread, program + ":"
        turns = [(number, number + 1 if number < last or not end else None, end)
                 for number in range(first, last + 1, 2)]
        ops = [self.log(), {self.r.choice(("nextTick", "microtask")): [self.log()]}]
        if self.chance(0.4):  # an immediate comes before a timer in a worker
            ops += [{"setTimeout": 1, "do": [self.log()]}, {"setImmediate": [self.log()]}, {"cpu": 11}]
        listener = {"onMessage": self.side(turns, "parent", after=meeting.worker_later)}
        if self.chance(0.5):
            listener["from"] = "parent"
        if meeting.worker:
            ops = self.locked() + meeting.worker + [self.mark()] + ops
        self.programs[program] = [listener] + ops
        self.thread = thread

    def worker(self):
        """Main's ops: it starts a worker, talks with it, and hears of its end."""
        program, name = self.name("w"), self.name("worker")
        rounds = self.r.randrange(1, 4)
        last = 2 * rounds - 1
        how = self.r.choice(("closePort", "closePort", "terminate", "exit", "throw"))
        end = {"closePort": [{"closePort": "parent"}], "terminate": None, "exit": [{"exit": True}],
               "throw": [{"throw": self.name("e")}]}[how]
        meeting = self.meeting(rounds > 1) if self.locks and how != "terminate" else Meeting()
        self.script(program, 1, last, end, meeting)
        turns = [(number, number + 1, None) for number in range(2, last, 2)]
        if how == "terminate":
            turns.append((last + 1, None, [{"terminate": name}]))
        ops = [{"worker": program, "as": name}]
        if meeting.main:
            ops += meeting.main + [self.mark()] + self.locked()
        listener = {"onMessage": self.side(turns, name, before=meeting.main_later), "from": name}
        if self.chance(0.3):
            listener = {"on": "message", "of": name, "do": listener["onMessage"]}
        ops.append(listener)
        begin = [self.log(), {"postMessage": name, "text": "1"}]
        ops += [{"on": "online", "of": name, "do": begin}] if self.chance(0.5) else begin
        if how == "throw":
            ops.append({"on": "error", "of": name, "do": [self.log("error")]})  # "exit" may come in the same callback
        after = self.worker() if self.chance(0.3) else []
        if self.chance(0.8) or after:
            ops.append({"on": "exit", "of": name, "do": [self.log("message"), {"nextTick": [self.log()]}] + after})
        if self.chance(0.3):
            ops.append({"async": [{"join": name}, self.log()]})
        return ops
