#!/usr/bin/env python3
"""Checks that README.md shows examples/article.cpp, word for word, and that it is short.

    scripts/check_readme.py             exit 1 and a message if not
    scripts/check_readme.py --update    copies the example into README.md
"""

import argparse
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
EXAMPLE = "examples/article.cpp"
MOST_LINES = 59  # "under 60 lines"
BLOCK = re.compile(
    r"(<!-- begin " + re.escape(EXAMPLE) + r"[^\n]*-->\n```cpp\n)(.*?)(```\n<!-- end "
    + re.escape(EXAMPLE) + r" -->\n)", re.DOTALL)


def problems(readme, example):
    shown = BLOCK.findall(readme)
    if len(shown) != 1:
        yield f"README.md: {len(shown)} blocks between the markers of {EXAMPLE}, not one"
    elif shown[0][1] != example:
        yield f"README.md: the block is not {EXAMPLE}; run scripts/check_readme.py --update"
    if "```" in example:
        yield f"{EXAMPLE}: holds ```, which would end the block"
    if (lines := len(example.splitlines())) > MOST_LINES:
        yield f"{EXAMPLE}: {lines} lines, at most {MOST_LINES} are allowed"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--update", action="store_true", help="copy the example into README.md")
    update = parser.parse_args().update
    path = ROOT / "README.md"
    readme = path.read_text(encoding="utf-8")
    example = (ROOT / EXAMPLE).read_text(encoding="utf-8")
    if update:
        readme = BLOCK.sub(lambda m: m[1] + example + m[3], readme)
        path.write_text(readme, encoding="utf-8")
    found = list(problems(readme, example))
    for problem in found:
        print(problem, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
