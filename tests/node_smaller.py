"""Changes of workloads: the same with all times longer, and smaller ones.

A workload is {"main": ops, "programs": {name: ops}, "tasks": [task], "vars": {name: value}}.
"""
import copy

TIMES = ("cpu", "setTimeout", "setInterval", "sleep", "arrive", "every", "time")  # what scale() stretches


# ---- the same, but for a change in every op ---------------------------------------------------


def is_ops(value):
    return isinstance(value, list) and not any(isinstance(one, str) for one in value)


def change(ops, edit):
    """The ops with edit(op) -> ops in each one's place, from within."""
    out = []
    for op in ops:
        op = {key: change(value, edit) if is_ops(value) else value for key, value in op.items()}
        if isinstance(op.get("await"), dict):
            op["await"] = change_awaited(op["await"], edit)
        out += edit(op)
    return out


def change_awaited(op, edit):
    """It stays one op, whatever `edit` puts before or behind."""
    key = next(iter(op))
    return next((one for one in change([op], edit) if key in one), None)


def change_workload(w, edit):
    tasks = [dict(task, do=change(task["do"], edit)) for task in w["tasks"]]
    return dict(w, main=change(w["main"], edit), tasks=tasks,
                programs={name: change(ops, edit) for name, ops in w["programs"].items()})


def visit(w, look):
    """look(op) of every op in it."""
    def edit(op):
        look(op)
        return [op]
    change_workload(w, edit)


def size(w):
    """How many ops stand in it."""
    count = [0]
    def look(_op):
        count[0] += 1
    visit(w, look)
    return count[0]


def scale(w, k):
    """All times but those of devices and the pool are k times as long."""
    def edit(op):
        return [{key: value * k if key in TIMES and isinstance(value, (int, float)) else value
                 for key, value in op.items()}]
    w = change_workload(w, edit)
    return dict(w, tasks=[dict(task, arrive=task.get("arrive", 0) * k) for task in w["tasks"]])


def without_unused(w):
    """Without the programs that nothing runs."""
    while True:
        used = set()
        visit(w, lambda op: used.update(op[key] for key in ("call", "spawn", "worker") if key in op))
        if used >= set(w["programs"]):
            return w
        w = dict(w, programs={name: ops for name, ops in w["programs"].items() if name in used})


# ---- lists of ops, by the way to them ---------------------------------------------------------


def get(value, path):
    for step in path:
        value = value[step]
    return value


def put(value, path, new):
    """A copy with `new` at the end of the path."""
    if not path:
        return new
    value = copy.copy(value)
    value[path[0]] = put(value[path[0]], path[1:], new)
    return value


def lists_in(op, path):
    for key, value in op.items():
        if is_ops(value):
            yield path + (key,)
    if isinstance(op.get("await"), dict):
        yield from lists_in(op["await"], path + ("await",))


def all_lists(w):
    """The paths of all lists of ops, the outermost first."""
    level = [("main",)] + [("tasks", at, "do") for at in range(len(w["tasks"]))]
    level += [("programs", name) for name in sorted(w["programs"])]
    while level:
        yield from level
        level = [inner for path in level for at, op in enumerate(get(w, path)) for inner in lists_in(op, path + (at,))]


def all_ops(w):
    """(path, op) of all ops of lists."""
    return [(path + (at,), op) for path in all_lists(w) for at, op in enumerate(get(w, path))]


def label_of(text):
    """Without the value that stands behind it."""
    return text.partition(" ")[0]


def is_label(op, labels):
    return "log" in op and label_of(op["log"]) in labels


# ---- what some labels hang on -----------------------------------------------------------------


def names_in(op):
    """The names that it mentions itself: promises, timers, programs, workers, ports."""
    found = set()
    for key, value in op.items():
        if key in ("log", "text", "throw", "set", "atomic", "if", "while", "assert", "on"):
            continue
        if isinstance(value, str):
            found.add(value)
        elif isinstance(value, list):
            found.update(one for one in value if isinstance(one, str))
        elif key == "await" and isinstance(value, dict):
            found |= names_in(value)
    return found


def ways(path):
    """A path and those of the ops around it."""
    return {path[:n] for n in range(1, len(path) + 1) if isinstance(path[n - 1], int)}


def only(w, kept, path=()):
    """Without the ops whose paths are not among them."""
    value = get(w, path)
    if is_ops(value) and path != ("tasks",):
        return [only(w, kept, path + (at,)) for at in range(len(value)) if path + (at,) in kept]
    if isinstance(value, dict):
        return {key: only(w, kept, path + (key,)) for key in value}
    if path == ("tasks",):
        return [only(w, kept, path + (at,)) for at in range(len(value))]
    return value


def part(w, labels):
    """The workload without all that these labels do not hang on by a name, or stand in."""
    ops = all_ops(w)
    kept = set().union(*(ways(path) for path, op in ops if is_label(op, labels)))
    before = None
    while before != kept:
        before = set(kept)
        names = set().union(*(names_in(op) for path, op in ops if path in kept))
        names |= {path[1] for path in kept if path[0] == "programs"}
        for path, op in ops:
            if names & names_in(op):
                kept |= ways(path)
    tasks = {path[1] for path in kept if path[0] == "tasks"}
    w = only(w, kept)
    return without_unused(dict(w, tasks=[task for at, task in enumerate(w["tasks"]) if at in tasks]))


def without_labels(w, labels):
    """Without their ops, and those in which nothing else stands."""
    def edit(op):
        if is_label(op, labels):
            return []
        inner = [value for value in op.values() if is_ops(value)]
        return [] if inner and not any(inner) and not names_in(op) else [op]
    return without_unused(change_workload(w, edit))


def all_labels(w):
    labels = set()
    visit(w, lambda op: labels.add(label_of(op["log"])) if "log" in op else None)
    return labels


# ---- smaller ----------------------------------------------------------------------------------


def chunks(ops):
    """Without a run of ops: long runs first."""
    length = len(ops)
    while length >= 1:
        for at in range(0, len(ops), length):
            yield ops[:at] + ops[at + length:]
        length //= 2


def simpler_op(w, op):
    """What may stand in an op's place: what is in it, or less of it."""
    for key, value in op.items():
        if is_ops(value):
            yield value
    if isinstance(op.get("await"), dict):
        yield [op["await"]] if next(iter(op["await"])) in ("io", "sleep", "call", "async") else []
        yield [{"await": None}]
    if "call" in op:
        yield w["programs"][op["call"]]
    if op.get("repeat", 1) != 1:
        yield [dict(op, repeat=1)]
    for option in ("id", "as", "unref", "catch", "finally", "else", "text"):
        if option in op and not ("postMessage" in op or "onMessage" in op):
            yield [{key: value for key, value in op.items() if key != option}]


def shorter(w):
    """With the times that stand in it replaced by shorter ones."""
    found = set()
    visit(w, lambda op: found.update((key, op[key]) for key in ("cpu", "setTimeout", "setInterval", "sleep")
                                     if isinstance(op.get(key), (int, float)) and op[key] > 1))
    for key, value in sorted(found, reverse=True):
        for less in (1, 10, 50):
            if less < value:
                yield change_workload(w, lambda op, key=key, value=value, less=less:
                                      [dict(op, **{key: less})] if op.get(key) == value else [op])


def nameless(w):
    """Without all ops that mention a name; or with what stands in them in their place."""
    names = set()
    visit(w, lambda op: names.update(names_in(op)))
    for name in sorted(names - set(w["programs"])):
        yield without_unused(change_workload(w, lambda op, name=name: [] if name in names_in(op) else [op]))
        yield without_unused(change_workload(w, lambda op, name=name: [one for value in op.values() if is_ops(value)
                                                                       for one in value]
                                             if name in names_in(op) else [op]))


def smaller(w):
    """Workloads with less in them, the boldest first: whole lists from without, then half of each,
    and so on; without a name; ops without what is around them; simpler and shorter ones."""
    for at in range(len(w["tasks"])):
        yield without_unused(dict(w, tasks=w["tasks"][:at] + w["tasks"][at + 1:]))
    paths = list(all_lists(w))
    for path in paths:
        for ops in chunks(get(w, path)):
            yield without_unused(put(w, path, ops))
    yield from nameless(w)
    for path in paths:
        ops = get(w, path)
        for at, op in enumerate(ops):
            for other in simpler_op(w, op):
                yield without_unused(put(w, path, ops[:at] + other + ops[at + 1:]))
    for at, task in enumerate(w["tasks"]):
        if task.get("count", 1) > 1:
            yield put(w, ("tasks", at), {k: v for k, v in task.items() if k != "count"})
    yield from shorter(w)


def about(w, first, second):
    """Workloads with less in them, where two orders of labels differ: what the labels hang on at
    which they do; those up to there."""
    at = next((at for at, (one, other) in enumerate(zip(first, second)) if one != other), min(len(first), len(second)))
    names = [[label_of(label) for label in order] for order in (first, second)]
    here = set(names[0][at:at + 1] + names[1][at:at + 1])
    yield part(w, here)
    yield part(w, here | set(names[0][max(0, at - 1):at]))
    yield without_labels(w, all_labels(w) - here - set(names[0][:at]))
    yield without_labels(w, all_labels(w) - here)
