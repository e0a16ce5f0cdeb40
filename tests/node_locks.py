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
VARS = {"mainGot": 0, "workerGot": 0, "passed": 0, "ready": 0}


class Meeting:
    """What main and a worker do at the start, and at the first turn of main."""

    def __init__(self, main=(), worker=()):
        self.main, self.worker, self.main_later, self.worker_later = list(main), list(worker), [], []


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

    def halves(self, kinds):
        """(what waits, what ends that); of some kinds both wait."""
        how = self.s.choice(kinds)
        if how == "barrier":
            return [{"barrier": "meet"}], [{"barrier": "meet"}]
        if how == "semaphore":
            return [{"wait": "count"}], [{"post": "count"}]
        if how == "channel":
            return [{"recv": "queue", "into": "passed"}], [{"send": "queue", "value": "5"}]
        wake = self.s.choice(("signal", "broadcast"))
        waits = [{"lock": "guard"}, {"while": "ready == 0", "do": [{"wait": "changed", "with": "guard"}]},
                 {"set": "ready = 0"}, {"unlock": "guard"}]
        return waits, [{"lock": "guard"}, {"set": "ready = 1"}, {wake: "changed"}, {"unlock": "guard"}]

    def meeting(self, later):
        """At the start the worker waits, as main would for as long as that takes; `later`: main may, too."""
        waits, ends = self.halves(("semaphore", "condition"))
        meeting = Meeting(main=ends, worker=waits)
        if later:
            meeting.main_later, meeting.worker_later = self.halves(("barrier", "barrier", "semaphore", "channel", "condition"))
            meeting.main_later = meeting.main_later + [self.mark()]
        return meeting
