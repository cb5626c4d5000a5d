#!/usr/bin/env python3
"""check.py COMPILER FILE FLAGS...: FILE must be refused, with the sentence that it expects early."""
import re
import subprocess
import sys

MOST_LINES = 40  # an error that nobody reads is no error message
EARLY = 6        # the expected sentence stands within the first error lines

compiler, path, *flags = sys.argv[1:]
source = open(path, encoding="utf-8").read()
expected = re.search(r"// EXPECT: (.*)", source).group(1)
run = subprocess.run([compiler, *flags, path], capture_output=True, text=True, check=False)
lines = run.stderr.splitlines()
if run.returncode == 0:
    sys.exit(f"{path} compiles, but must not")
errors = [line for line in lines if "error:" in line]
if not any(re.search(expected, line) for line in errors[:2]):
    sys.exit(f"{path}: none of the first errors says /{expected}/:\n" + "\n".join(lines[:60]))
if len(lines) > MOST_LINES:
    sys.exit(f"{path}: {len(lines)} lines of errors (at most {MOST_LINES}):\n" + "\n".join(lines))
print(f"refused in {len(lines)} lines: {expected}")
