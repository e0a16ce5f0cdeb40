"""Random use of locks and the like, by main and a worker.

What only guards is never waited for, as each thread's turns are its own; where the two meet, one
waits for the other, and its loop with it.
"""

SYNC = {
    "plain": {"mutex": {}}, "handed": {"mutex": {"protocol": "inherit"}}, "spin": {"spinlock": {}},
    "shared": {"rwlock": {}},  # these two threads lock
    "main lock": {"mutex": {}}, "main count": {"semaphore": 0}, "main queue": {"channel": 1},
    "worker lock": {"mutex": {}}, "worker count": {"semaphore": 0}, "worker queue": {"channel": 1},
    "meet": {"barrier": 2}, "count": {"semaphore": 0}, "queue": {"channel": 0},
    "changed": {"condvar": {}}, "guard": {"mutex": {}},
}
VARS = {"mainGot": 0, "workerGot": 0, "ready": 0}


class Locks:
    """Of node_programs.Maker, which has a stream of its own for them: `s`."""

    def mark(self, value=""):
        """A label that draws nothing from the stream of all else."""
        self.labels += 1
        return {"log": f"{self.thread}x{self.labels}" + (f" ${{{value}}}" if value else "")}

    def locked(self):
        """Ops of one thread that find what they ask for."""
        who = "worker" if self.thread else "main"
        lock = self.s.choice(("plain", "handed", "spin", "shared"))
        mode = {"mode": "read"} if lock == "shared" and self.s.random() < 0.5 else {}
        return self.s.choice((
            [{"lock": lock, **mode}, self.mark(), {"unlock": lock}],
            [{"trylock": f"{who} lock", "into": f"{who}Got"}, self.mark(f"{who}Got"), {"unlock": f"{who} lock"}],
            [{"post": f"{who} count"}, {"wait": f"{who} count"}, self.mark()],
            [{"send": f"{who} queue", "value": "7 * 6"}, {"recv": f"{who} queue", "into": f"{who}Got"},
             self.mark(f"{who}Got")]))

    def meeting(self):
        """What main does and what its worker does, so that one waits for the other."""
        first, second = [], []
        how = self.s.choice(("barrier", "semaphore", "channel", "condition"))
        if how == "barrier":
            first, second = [{"barrier": "meet"}], [{"barrier": "meet"}]
        elif how == "semaphore":
            first, second = [{"wait": "count"}], [{"post": "count"}]
        elif how == "channel":
            first, second = [{"recv": "queue", "into": "mainGot"}], [{"send": "queue", "value": "5"}]
        else:
            wake = self.s.choice(("signal", "broadcast"))
            first = [{"lock": "guard"}, {"while": "ready == 0", "do": [{"wait": "changed", "with": "guard"}]},
                     {"set": "ready = 0"}, {"unlock": "guard"}]
            second = [{"lock": "guard"}, {"set": "ready = 1"}, {wake: "changed"}, {"unlock": "guard"}]
        return first, second
