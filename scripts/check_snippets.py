#!/usr/bin/env python3
"""Compiles the C++ snippets of docs/guide/*.md against the public headers (syntax only).

    scripts/check_snippets.py [--compiler g++] [PAGE...]

Each ```cpp block is taken. Declarations (struct, class, template, enum, inline, and functions that
begin at the first column with a type of sw:: or void) stand at namespace scope, everything else in a
function that knows `session` and `db`. Pages other than model.md see model.md's first block.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
GUIDE = ROOT / "docs" / "guide"
BLOCK = re.compile(r"^```cpp\n(.*?)^```$", re.DOTALL | re.MULTILINE)
DECLARATION = re.compile(
    r"(struct|class|template|enum|inline)\b|(void|sw::\w+) \w+\([^;]*\) \{", re.DOTALL)
PRELUDE = """#include <shardwise/ops/explain.hpp>
#include <shardwise/ops/generate.hpp>
#include <shardwise/ops/import.hpp>
#include <shardwise/ops/verify.hpp>
#include <shardwise/shardwise.hpp>
#include <cstdio>
#include <thread>
namespace sw = shardwise;
"""


def blocks(page):
    text = page.read_text(encoding="utf-8")
    for match in BLOCK.finditer(text):
        yield text.count("\n", 0, match.start(1)) + 1, match[1]


def program(page):
    parts = [PRELUDE]
    if page.name != "model.md":
        line, model = next(blocks(GUIDE / "model.md"))
        parts.append(f'#line {line} "{GUIDE / "model.md"}"\n{model}')
    for number, (line, code) in enumerate(blocks(page)):
        where = f'#line {line} "{page}"\n'
        # A struct used only by the statements behind it is local to them.
        statements = re.search(r"^\w.*\bsession\.|^auto |^for ", code, re.MULTILINE)
        if DECLARATION.match(code) and not statements:
            parts.append(where + code)
        else:
            parts.append(f"void snippet{number}([[maybe_unused]] sw::session& session, "
                         f"[[maybe_unused]] sw::cluster& db) {{\n{where}{code}}}\n")
    # Models are checked when they are used; here they shall be checked all.
    for struct in sorted(set(re.findall(r"sw::mapping<(\w+)>\s*:", "".join(parts)))):
        parts.append(f"static_assert(sw::detail::check_model<{struct}>());")
    return "\n".join(parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--compiler", default="g++")
    parser.add_argument("pages", nargs="*", type=pathlib.Path)
    arguments = parser.parse_args()
    failed = 0
    for page in arguments.pages or sorted(GUIDE.glob("*.md")):
        if not any(True for _ in blocks(page)):
            continue
        with tempfile.TemporaryDirectory() as folder:
            unit = pathlib.Path(folder) / (page.stem + ".cpp")
            unit.write_text(program(page.resolve()), encoding="utf-8")
            done = subprocess.run([arguments.compiler, "-std=c++20", "-fsyntax-only", "-Wall",
                                   "-Wno-unused", f"-I{ROOT / 'include'}", unit], check=False)
        failed += done.returncode != 0
        print(f"{page.name}: {'FAILED' if done.returncode else 'compiles'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
