"""How often each op of the loop, in each of its forms, stands in workloads; and what should."""
import collections
import json
import re

from node_smaller import visit

AWAITED = ("null", "promise", "io", "sleep", "yield", "work", "call", "async")
UNREF = ("setTimeout", "setImmediate", "onMessage")


def expressible():
    """The ops that the exporter has a writer for."""
    with open("models/translators/translator_js.h", encoding="utf-8") as file:
        tables = re.findall(r"#define JS_(?:SYNC_)?OPS\(X\)((?:.*\\\n)*.*)", file.read())
    return [op for table in tables for op in re.findall(r"X\((\w+)\)", table)]


def events():
    """What "on" may name."""
    with open("configs/schema.json", encoding="utf-8") as file:
        ops = json.load(file)["$defs"]["op"]["anyOf"]
    return next(op["properties"]["on"]["enum"] for op in ops if "on" in op.get("properties", ()))


def wanted():
    forms = [op for op in expressible() if op not in ("on", "await")]
    forms += [f"on {event}" for event in events()] + [f"await {what}" for what in AWAITED]
    return forms + [f"{op} unref" for op in UNREF] + ["io then", "io sync", "io fs", "io net"]


def awaited(what):
    if what is None:
        return "null"
    return "promise" if isinstance(what, str) else next(iter(what))


def forms_of(op, known):
    """An op's name, and what else is said of it."""
    if "on" in op:
        return [f"on {op['on']}"]
    if "await" in op:
        inner = op["await"] if isinstance(op["await"], dict) else {}
        return [f"await {awaited(op['await'])}"] + (forms_of(inner, known) if inner else [])
    name = next(key for key in op if key in known)
    forms = [name] + [f"{name} {option}" for option in ("unref", "sync") if op.get(option)]
    if name == "io":
        forms += [f"io {op['io']}"] + ["io then"] * ("then" in op)
    return forms


def count(workloads):
    """Of each wanted form, how often it stands in them."""
    known, found = expressible(), collections.Counter()
    for w in workloads:
        visit(w, lambda op: found.update(forms_of(op, known)))
    return {form: found[form] for form in wanted()}
