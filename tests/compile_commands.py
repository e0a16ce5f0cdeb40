#!/usr/bin/env python3
"""Read what `make -n -B` would do and print compile_commands.json of it."""
import json
import os
import shlex
import sys

entries = {}
for line in sys.stdin.read().replace("\\\n", " ").splitlines():
    if " -c -o " not in line or not line.rstrip().endswith(".c"):
        continue
    words = shlex.split(line)
    entries[words[-1]] = {"directory": os.getcwd(), "file": words[-1], "arguments": words}
json.dump([entries[name] for name in sorted(entries)], sys.stdout, indent=1)
print()
