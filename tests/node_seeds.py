"""Random workloads, one a seed: what came of each, and whether too many tell nothing."""
import concurrent.futures

import node_orders
from node_orders import Failed, Outcome, Stuck


class Seed:
    """What came of one: `outcome`, `w` (None: no certain order could be found), `failed` (a text)."""

    def __init__(self, quanta, number, whole):
        self.quanta, self.number, self.w = quanta, number, whole
        self.outcome, self.failed = Outcome.VARIES, None
        try:
            self.w = node_orders.certain(quanta, whole)
        except Stuck:
            self.w = None
        except Failed as e:
            self.outcome, self.failed = Outcome.DISAGREES, str(e)
        if self.w is not None and not self.failed:
            self.compare()

    def compare(self):
        try:
            self.outcome, self.failed = node_orders.compare(self.quanta, self.w)[0], None
        except Stuck:
            self.outcome, self.failed = Outcome.VARIES, None
        except Failed as e:
            self.outcome, self.failed = Outcome.DISAGREES, str(e)


def try_seeds(quanta, seeds, workload, jobs):
    """(what came of them, so many at a time; the first that disagrees, or None)"""
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        done = list(pool.map(lambda number: Seed(quanta, number, workload(number)), seeds))
    for seed in done:
        if seed.w is not None and seed.outcome != Outcome.AGREES:
            seed.compare()  # once more, with nothing of ours beside it
        if seed.outcome == Outcome.DISAGREES:
            return done, seed
    return done, None


def enough_agree(done, who, share):
    """Says how many; false: more than that share of them, and than two, is passed over."""
    agreed = sum(seed.outcome == Outcome.AGREES for seed in done)
    uncertain = sum(seed.w is None for seed in done)
    varied = len(done) - agreed - uncertain
    print(f"{agreed} of {len(done)} seeds agree; passed over: {uncertain} whose order depends on the machine's "
          f"speed, {varied} for which {who} prints now this order, now that")
    if uncertain + varied <= max(2, share * len(done)):
        return True
    print(f"more than {share:.0%} are passed over")
    return False
