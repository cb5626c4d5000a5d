#!/usr/bin/env python3
"""check.py COMPILER FILE FLAGS...: FILE must be refused, with the sentence that it expects early."""
import re
import subprocess
import sys

# An error that nobody reads is no error message. How the header came to be included ("In file
# included from") is not counted. A case that needs more says so: "// LINES: n", at most 40.
MOST_LINES = 15
MOST_LINES_OF_ALL = 40
EARLY = 6        # the expected sentence stands within the first error lines

compiler, path, *flags = sys.argv[1:]
source = open(path, encoding="utf-8").read()
expected = re.search(r"// EXPECT: (.*)", source).group(1)
run = subprocess.run([compiler, *flags, path], capture_output=True, text=True, check=False)
everything = run.stderr.splitlines()
lines = [line for line in everything if not re.match(r"In file included| +from ", line)]
allowed = re.search(r"// LINES: (\d+)", source)
most = int(allowed.group(1)) if allowed else MOST_LINES
if run.returncode == 0:
    sys.exit(f"{path} compiles, but must not")
errors = [line for line in lines if "error:" in line]
if not any(re.search(expected, line) for line in errors[:2]):
    sys.exit(f"{path}: none of the first errors says /{expected}/:\n" + "\n".join(lines[:60]))
if len(lines) > most or len(everything) > MOST_LINES_OF_ALL:
    sys.exit(f"{path}: {len(lines)} lines of errors (at most {most}), {len(everything)} with how "
             f"headers were included (at most {MOST_LINES_OF_ALL}):\n" + "\n".join(everything))
print(f"refused in {len(lines)} lines: {expected}")
