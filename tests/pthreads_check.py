#!/usr/bin/env python3
"""Programs of threads that `quanta export --to pthreads` writes: do compilers take them, and do
they log in quanta's order?

usage: pthreads_check.py QUANTA

Every variant in configs/ that can be exported must pass gcc and clang, where they are installed,
with -Wall -Wextra and no warning.  Some workloads whose order has wide margins (tens of ms, on
one core) are run, and must log what quanta does; where SCHED_FIFO is refused, that is said, and
nothing is run.  How long anything takes is not compared.
"""
import concurrent.futures
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

FLAGS = ["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-pthread"]
TRIES = 3  # a busy machine stalls programs now and then
FIFO = {"cores": 1, "scheduler": "fifo"}
PRIORITY = {"cores": 1, "scheduler": "priority"}


def inversion(protocol):
    """Low holds what high wants, and middle comes between, or does not."""
    return {"machine": PRIORITY, "sync": {"m": {"mutex": {"protocol": protocol}}}, "tasks": [
        {"name": "low", "priority": 1, "do": [{"lock": "m"}, {"cpu": 60}, {"log": "low has it"}, {"unlock": "m"}]},
        {"name": "high", "priority": 3, "arrive": 20, "do": [{"lock": "m"}, {"log": "high has it"}, {"unlock": "m"}]},
        {"name": "middle", "priority": 2, "arrive": 40, "do": [{"cpu": 100}, {"log": "middle is done"}]}]}


WORKLOADS = {
    "priority inversion": inversion("none"),
    "priority inheritance": inversion("inherit"),
    "first come, first served": {"machine": FIFO, "devices": {"disk": {"service": 30}}, "tasks": [
        {"name": "A", "do": [{"cpu": 20}, {"io": "disk"}, {"cpu": 30}, {"log": "A"}]},
        {"name": "B", "count": 2, "do": [{"cpu": 40}, {"log": "B"}]},
        {"name": "C", "arrive": 10, "do": [{"cpu": 10}, {"log": "C"}]}]},
    "a queue at a device": {"machine": FIFO, "devices": {"disk": {"service": 30, "channels": 1}}, "tasks": [
        {"name": "A", "do": [{"io": "disk"}, {"log": "A"}]},
        {"name": "B", "do": [{"io": "disk", "time": 50}, {"log": "B"}]},
        {"name": "C", "do": [{"sleep": 55}, {"log": "C sleeps less"}]}]},
    "rate monotonic": {"machine": {"cores": 1, "scheduler": "rm"}, "tasks": [
        {"name": "slow", "period": 400, "jobs": 1, "do": [{"cpu": 90}, {"log": "slow"}]},
        {"name": "fast", "period": 60, "jobs": 3, "do": [{"cpu": 20}, {"log": "fast"}]}]},
    "round robin": {"machine": {"cores": 1, "scheduler": {"policy": "rr", "quantum": 100}}, "tasks": [
        {"name": "long", "do": [{"cpu": 500}, {"log": "long"}]},
        {"name": "short", "do": [{"cpu": 60}, {"log": "short"}]}]},
    "a pool of two": {
        "machine": FIFO, "devices": {"net": {"service": 60, "channels": "unlimited"}},
        "executors": {"default": {"kind": "pool", "threads": 2}}, "tasks": [
            {"name": "A", "do": [{"io": "net"}, {"log": "A"}]},
            {"name": "B", "do": [{"io": "net", "time": 120}, {"log": "B"}]},
            {"name": "C", "do": [{"log": "C begins"}, {"io": "net", "time": 20}, {"log": "C"}]},
            {"name": "D", "do": [{"log": "D begins"}]}]},
    "readers, a writer and a barrier": {
        "machine": FIFO, "sync": {"r": {"rwlock": {}}, "b": {"barrier": 3}}, "tasks": [
            {"name": "reader", "count": 2, "do": [
                {"lock": "r", "mode": "read"}, {"sleep": 60}, {"log": "read"}, {"unlock": "r"}, {"barrier": "b"}]},
            {"name": "writer", "arrive": 20, "do": [
                {"log": "wants"}, {"lock": "r"}, {"log": "writes"}, {"sleep": 30}, {"unlock": "r"},
                {"log": "meets"}, {"barrier": "b"}]},
            {"name": "end", "after": ["reader", "writer"], "do": [{"log": "all have met"}]}]},
    "classes of Linux": {"machine": {"cores": 1, "scheduler": "linux"}, "tasks": [
        {"name": "other", "do": [{"cpu": 80}, {"log": "other"}]},
        {"name": "fifo", "class": "fifo", "priority": 20, "arrive": 20, "do": [{"cpu": 30}, {"log": "fifo"}]},
        {"name": "rr", "class": "rr", "priority": 30, "arrive": 30, "do": [{"cpu": 10}, {"log": "rr"}]}]},
    "affinity": {"machine": {"cores": 2, "scheduler": "fifo"}, "tasks": [
        {"name": "A", "affinity": [0], "do": [{"cpu": 80}, {"log": "A"}]},
        {"name": "B", "affinity": [0], "do": [{"cpu": 10}, {"log": "B, behind A"}]},
        {"name": "C", "affinity": [1], "do": [{"cpu": 40}, {"log": "C, beside A"}]}]},
    "children, conditions and a channel": {
        "machine": FIFO, "vars": {"ready": 0, "n": 0}, "programs": {
            "child": [{"sleep": 30}, {"atomic": "n = n + 7"}, {"log": "child ${n}"}]},
        "sync": {"m": {"mutex": {}}, "c": {"condvar": {}}, "ch": {"channel": 1}, "s": {"semaphore": 0}}, "tasks": [
            {"name": "waits", "locals": {"x": 0}, "do": [
                {"lock": "m"}, {"while": "ready == 0", "do": [{"wait": "c", "with": "m"}]}, {"unlock": "m"},
                {"log": "woken"}, {"recv": "ch", "into": "x"}, {"log": "got ${x / 2}"}, {"post": "s"}]},
            {"name": "tells", "do": [
                {"spawn": "child"}, {"spawn": "child"}, {"join": "child"}, {"log": "joined"}, {"lock": "m"},
                {"set": "ready = 1"}, {"signal": "c"}, {"unlock": "m"}, {"sleep": 20}, {"log": "sends"},
                {"send": "ch", "value": "n * 2"}, {"wait": "s"},
                {"repeat": 2, "do": [{"if": "n > 13", "then": [{"log": "end"}], "else": [{"exit": True}]},
                                     {"atomic": "n = 1"}]}]}]},
}


def export(quanta, path, variant, text=""):
    """The program, or None where it cannot be expressed."""
    command = [quanta, "export", "--to", "pthreads"] + ([f"--variant={variant}"] if variant else []) + [path]
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else None


def complaints(quanta, path):
    """(programs, what compilers say) of one config."""
    with open(path, encoding="utf-8") as file:
        config = json.load(file)
    programs, said = 0, []
    for variant in [name for name in config.get("variants", {}) if name != "//"] or [None]:
        program = export(quanta, path, variant)
        if program is None:
            continue
        programs += 1
        for compiler in ("gcc", "clang"):
            if not shutil.which(compiler):
                continue
            done = subprocess.run([compiler, *FLAGS, "-fsyntax-only", "-x", "c", "-"], input=program,
                                  capture_output=True, text=True, check=False)
            if done.returncode != 0:
                said.append(f"{path}: {variant}: {compiler}: {done.stderr}")
    return programs, said


def check_compilers(quanta):
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        results = list(pool.map(lambda path: complaints(quanta, path), sorted(glob.glob("configs/*/*.json"))))
    said = [message for _, messages in results for message in messages]
    for message in said:
        print(message)
    print(f"{sum(n for n, _ in results)} programs of threads compile; {len(said)} complaints")
    return not said


def quanta_order(quanta, config):
    done = subprocess.run([quanta, "run", "--json", "-"], input=json.dumps(config), capture_output=True,
                          text=True, check=True)
    return [line["text"] for line in json.loads(done.stdout)["log"]]


def logged(output):
    return re.findall(r"^ *[\d.]+ ms\t[^\t]*\t(.*)$", output, re.M)


def run_workload(quanta, name, folder):
    """None: it logs in quanta's order; False: SCHED_FIFO is refused; else what is wrong."""
    text = json.dumps(WORKLOADS[name])
    source, binary = os.path.join(folder, "program.c"), os.path.join(folder, "program")
    with open(source, "w", encoding="utf-8") as file:
        file.write(export(quanta, "-", None, text))
    subprocess.run([shutil.which("gcc") or "clang", *FLAGS, "-O1", source, "-o", binary], check=True)
    expected = quanta_order(quanta, WORKLOADS[name])
    for _ in range(TRIES):
        done = subprocess.run([binary], capture_output=True, text=True, timeout=90, check=False)
        if "refused" in done.stderr:
            return False
        if done.returncode == 0 and logged(done.stdout) == expected:
            return None
    return f"{name}: it logs {logged(done.stdout)}, expected {expected}\n{done.stderr}"


def check_runs(quanta):
    fine = True
    with tempfile.TemporaryDirectory() as folder:
        for name in WORKLOADS:
            wrong = run_workload(quanta, name, folder)
            if wrong is False:
                print("SCHED_FIFO is refused here: no program of threads is run")
                return True
            if wrong:
                print(wrong)
                fine = False
    print(f"{len(WORKLOADS)} programs of threads ran" + (", and log in quanta's order" if fine else ""))
    return fine


def main():
    quanta = os.path.abspath(sys.argv[1])
    fine = check_compilers(quanta)
    return 0 if check_runs(quanta) and fine else 1


if __name__ == "__main__":
    sys.exit(main())
