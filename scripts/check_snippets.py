#!/usr/bin/env python3
"""The C++ snippets of docs/guide/*.md as programs: one for each page.

    scripts/check_snippets.py [--compiler g++] [PAGE...]    syntax only, against the public headers
    scripts/check_snippets.py --list                        pages that have snippets
    scripts/check_snippets.py --program PAGE OUT.cpp        what tests/guide builds and runs

Each ```cpp block is taken, and each <!-- cpp ... --> that readers do not see: what a snippet needs
to run. Declarations (struct, class, template, enum, inline, and functions that begin at the first
column with a type of sw:: or void) stand at namespace scope, everything else in a function that
knows `session` and `db`. Pages other than model.md see model.md's first block, and rows of it. The
program makes the page's tables on three SQLite shards and calls the functions one after the other;
statements that a snippet only makes (auto x = sw::select...) are run, too. A snippet behind
<!-- compiled only: why --> is not called.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
GUIDE = ROOT / "docs" / "guide"
BLOCK = re.compile(r"^(?:```|<!-- )cpp\n(.*?)^(?:```|-->)$", re.DOTALL | re.MULTILINE)
NOT_CALLED = re.compile(r"<!-- compiled only: [^>]+ -->\n+\Z")
STATEMENT = re.compile(r"^auto (\w+) = sw::select", re.MULTILINE)
DECLARATION = re.compile(
    r"(struct|class|template|enum|inline)\b|(void|sw::\w+) \w+\([^;]*\) \{", re.DOTALL)
PRELUDE = """#include <shardwise/ops/explain.hpp>
#include <shardwise/ops/generate.hpp>
#include <shardwise/ops/import.hpp>
#include <shardwise/ops/verify.hpp>
#include <shardwise/ops/verify_relations.hpp>
#include <shardwise/shardwise.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <thread>
namespace sw = shardwise;
"""


MAIN = """
int main() {
    char folder[] = "/tmp/shardwise-guide-XXXXXX";
    if (mkdtemp(folder) == nullptr) return 1;
    const std::filesystem::path here = std::filesystem::current_path();
    std::filesystem::current_path(folder);
    int failed = 0;
    try {
        sw::cluster db({{"s1", "sqlite:///1.db"}, {"s2", "sqlite:///2.db"}, {"s3", "sqlite:///3.db"}});
        const auto call = [&](const char* place, void (*snippet)(sw::session&, sw::cluster&)) {
            try {
                sw::session session{db};
                snippet(session, db);
            } catch (const std::exception& e) {
                std::fprintf(stderr, "%s: %s\\n", place, e.what());
                ++failed;
            }
        };
        const sw::schema_report made = db.create_all<@tables@>();
        if (!made.complete()) throw std::runtime_error(made.to_string());
        sw::session first{db};
        for (std::int32_t i = 1; i <= 3; ++i)
            first.add(Country{.id = i, .name = "country " + std::to_string(i)});
        for (std::int64_t i = 1; i <= 30; ++i) {
            first.add(User{.id = i, .name = "user " + std::to_string(i), .country_id = 1,
                           .score = static_cast<std::int32_t>(i)});
            first.add(Post{.id = i, .author_id = i, .title = "post", .likes = 12});
        }
        first.commit();
@calls@
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\\n", e.what());
        ++failed;
    }
    std::filesystem::current_path(here);
    std::filesystem::remove_all(folder);
    return failed == 0 ? 0 : 1;
}
"""


def blocks(page):
    """(line, code, is it called) of each block."""
    text = page.read_text(encoding="utf-8")
    for match in BLOCK.finditer(text):
        yield (text.count("\n", 0, match.start(1)) + 1, match[1],
               NOT_CALLED.search(text[:match.start()]) is None)


def tables(program_text):
    found = re.findall(r"sw::mapping<(\w+)>\s*:(.*?)\{", program_text, re.DOTALL)
    return [struct for struct, base in found if "read_only_view" not in base]


def program(page):
    parts = [PRELUDE]
    calls = []
    if page.name != "model.md":
        line, model, _ = next(blocks(GUIDE / "model.md"))
        parts.append(f'#line {line} "{GUIDE / "model.md"}"\n{model}')
    for number, (line, code, called) in enumerate(blocks(page)):
        where = f'#line {line} "{page}"\n'
        # A struct used only by the statements behind it is local to them.
        statements = re.search(r"^\w.*\bsession\.|^auto |^for ", code, re.MULTILINE)
        if DECLARATION.match(code) and not statements:
            parts.append(where + code)
            continue
        if called:
            calls.append(f'        call("{page.name}:{line}", snippet{number});')
        runs = "".join(f"session.all({name});\n" for name in STATEMENT.findall(code))
        parts.append(f"void snippet{number}([[maybe_unused]] sw::session& session, "
                     f"[[maybe_unused]] sw::cluster& db) {{\n{where}{code}{runs}}}\n")
    # Models are checked when they are used; here they shall be checked all.
    text = "\n".join(parts)
    for struct in sorted(set(re.findall(r"sw::mapping<(\w+)>\s*:", text))):
        text += f"static_assert(sw::detail::check_model<{struct}>());\n"
    return text + MAIN.replace("@tables@", ", ".join(tables(text))).replace(
        "@calls@", "\n".join(calls))


def pages_with_snippets():
    return [page for page in sorted(GUIDE.glob("*.md")) if any(True for _ in blocks(page))]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--compiler", default="g++")
    parser.add_argument("pages", nargs="*", type=pathlib.Path)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--program", nargs=2, type=pathlib.Path, metavar=("PAGE", "OUT"))
    arguments = parser.parse_args()
    if arguments.list:
        print(";".join(page.stem for page in pages_with_snippets()), end="")
        return 0
    if arguments.program:
        page, out = arguments.program
        out.write_text(program(page.resolve()), encoding="utf-8")
        return 0
    failed = 0
    for page in arguments.pages or pages_with_snippets():
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
