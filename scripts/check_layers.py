#!/usr/bin/env python3
"""Checks that #includes only go down the layers of scripts/layers.txt.

    scripts/check_layers.py               checks this checkout; prints file:line: message; exit 1
    scripts/check_layers.py --self-test   checks that every kind of violation is found

layers.txt names the folders of include/shardwise/ and src/, lowest first; names on one line are
siblings. The rules:
  - a file may include its own folder and folders of lower lines, nothing else;
  - public headers include only public headers, by their full name, and standard headers;
  - C clients are included only in src/engine/driver/<db>/, pg_query.h only in src/parse/;
  - apps/ and examples/ include nothing of src/;
  - the umbrella header may include every public header; nothing in the library includes it.
"""

import argparse
import pathlib
import re
import sys
import tempfile
import typing

HERE = pathlib.Path(__file__).resolve().parent
UMBRELLA = "shardwise/shardwise.hpp"
CHECKED = ("include", "src", "apps", "examples")
SUFFIXES = {".hpp", ".cpp", ".h", ".hh", ".cc", ".ipp", ".inl"}
INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')

C_CLIENTS = {  # header: the driver folder that may include it
    r"libpq-fe\.h|libpq/.*|libpq-.*\.h|pg_config.*\.h|postgres_ext\.h": "postgres",
    r"mysql\.h|mysql/.*|mysqld_error\.h|errmsg\.h|mariadb.*": "mariadb",
    r"sqlite3(ext)?\.h": "sqlite",
}

STANDARD = set("""
algorithm any array atomic barrier bit bitset charconv chrono codecvt compare complex concepts
condition_variable coroutine deque exception execution expected filesystem format forward_list
fstream functional future initializer_list iomanip ios iosfwd iostream istream iterator latch limits
list locale map memory memory_resource mutex new numbers numeric optional ostream queue random
ranges ratio regex scoped_allocator semaphore set shared_mutex source_location span sstream stack
stacktrace stdexcept stop_token streambuf string string_view strstream syncstream system_error
thread tuple type_traits typeindex typeinfo unordered_map unordered_set utility valarray variant
vector version
cassert cctype cerrno cfenv cfloat cinttypes climits clocale cmath csetjmp csignal cstdarg cstddef
cstdint cstdio cstdlib cstring ctime cuchar cwchar cwctype
""".split())


class Include(typing.NamedTuple):
    quoted: bool
    name: str


def read_layers(path):
    """Folder name -> number of its line."""
    lines = [line.split("#")[0].split() for line in path.read_text().splitlines()]
    return {name: level for level, names in enumerate(filter(None, lines)) for name in names}


def includes(path):
    for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
        if match := INCLUDE.match(line):
            yield number, Include(match[1] == '"', match[2].strip())


class Checker:
    def __init__(self, root, layers):
        self.root = root
        self.layers = layers

    def level(self, folder):
        """Files directly in include/shardwise/ (fwd.hpp, version.hpp) are below all folders."""
        return -1 if folder == "" else self.layers[folder]

    @staticmethod
    def folder_of(file):
        """The folder of a file of the library (a path below the root), "" if it has none."""
        parts = file.parts[2:-1] if file.parts[0] == "include" else file.parts[1:-1]
        return parts[0] if parts else ""

    def target_folder(self, file, include):
        """The folder of the library an include leads to; None when it leads elsewhere."""
        parts = include.name.split("/")
        if parts[0] == "shardwise":
            return parts[1] if len(parts) > 2 else ""
        if include.quoted:
            local = self.local_file(file, include.name)
            if local:
                return self.folder_of(local) if local.parts[0] in ("include", "src") else None
        if len(parts) > 1 and (parts[0] in self.layers or (
                include.quoted and (self.root / "src" / parts[0]).is_dir())):
            return parts[0]
        return None

    def local_file(self, file, name):
        """The file a quoted include finds beside the including file, or above it in its app."""
        top = 1 if file.parts[0] in ("include", "src") else len(file.parts) - 1
        for parent in list(file.parents)[:top]:
            found = (self.root / parent / name).resolve()
            if found.is_file() and found.is_relative_to(self.root):
                return found.relative_to(self.root)
        return None

    def violations(self, file):
        """Yields (line, message) for a file, given by its path below the root."""
        area = file.parts[0]
        library = area in ("include", "src")
        folder = self.folder_of(file) if library else None
        if library and folder and folder not in self.layers:
            yield 1, f"folder '{folder}' is missing from layers.txt"
            return
        for line, include in includes(self.root / file):
            message = (self.client_violation(file, include) or
                       (library and self.layer_violation(file, folder, include)) or
                       (area == "include" and self.public_violation(include)) or
                       (not library and self.private_violation(file, include)))
            if message:
                yield line, message

    @staticmethod
    def client_violation(file, include):
        if include.name == "pg_query.h" and file.parts[:2] != ("src", "parse"):
            return "pg_query.h may be included only in src/parse/"
        for pattern, driver in C_CLIENTS.items():
            allowed = ("src", "engine", "driver", driver)
            if re.fullmatch(pattern, include.name) and file.parts[:4] != allowed:
                return f"{include.name} may be included only in {'/'.join(allowed)}/"
        return None

    def layer_violation(self, file, folder, include):
        if file == pathlib.Path("include", UMBRELLA):
            return None
        if include.name == UMBRELLA:
            return "the library may not include the umbrella header"
        target = self.target_folder(file, include)
        if target is None or target == folder:
            return None
        if target != "" and target not in self.layers:
            return f"folder '{target}' is missing from layers.txt"
        if self.level(target) < self.level(folder):
            return None
        siblings = self.level(target) == self.level(folder)
        return (f"'{folder or 'shardwise'}' may not include '{target}', "
                + ("its sibling" if siblings else "a higher layer"))

    @staticmethod
    def public_violation(include):
        if include.name.startswith("shardwise/") or (
                not include.quoted and include.name in STANDARD):
            return None
        return f"a public header may include only shardwise/ and standard headers: {include.name}"

    def private_violation(self, file, include):
        """For apps and examples, which use the library as its users do."""
        local = include.quoted and self.local_file(file, include.name)
        private = (local.parts[0] == "src" if local else
                   not include.name.startswith("shardwise/") and
                   (self.target_folder(file, include) is not None or
                    (self.root / "src" / include.name).is_file()))
        return private and f"{file.parts[0]}/ may not include {include.name} of src/"

    def run(self):
        files = [path.relative_to(self.root) for area in CHECKED
                 for path in sorted((self.root / area).rglob("*")) if path.suffix in SUFFIXES]
        found = [f"{file}:{line}: {message}"
                 for file in files for line, message in self.violations(file)]
        return len(files), found


# file, its text, expected message (None: allowed). Each row is a tree of its own.
SELF_TEST = [
    ("src/plan/a.cpp", '#include "sql/b.hpp"\n#include <vector>', None),
    ("src/plan/a.cpp", '#include "plan/b.hpp"\n#include "b.hpp"', None),
    ("src/plan/a.cpp", '#include "shardwise/version.hpp"', None),
    ("src/sql/a.cpp", '\n# include "plan/b.hpp"', "a.cpp:2: 'sql' may not include 'plan', a"),
    ("src/sql/a.cpp", "#include <shardwise/plan/b.hpp>", "'sql' may not include 'plan'"),
    ("src/sql/a.cpp", '#include "../plan/plan.hpp"', "'sql' may not include 'plan'"),
    ("src/engine/a.cpp", '#include "shardwise/model/b.hpp"', "its sibling"),
    ("include/shardwise/sql/a.hpp", '#include "shardwise/orm/b.hpp"', "'sql' may not include"),
    ("include/shardwise/fwd.hpp", '#include "shardwise/orm/b.hpp"', "'shardwise' may not include"),
    ("src/orm/a.cpp", '#include "shardwise/shardwise.hpp"', "umbrella"),
    ("src/orm/a.cpp", '#include "shardwise/novel/b.hpp"', "folder 'novel' is missing"),
    ("src/novel/a.cpp", "", "folder 'novel' is missing"),
    ("include/shardwise/sql/a.hpp", "#include <string>\n#include <cstdint>", None),
    ("include/shardwise/sql/a.hpp", "#include <fmt/format.h>", "only shardwise/ and standard"),
    ("include/shardwise/sql/a.hpp", '#include "sql/compiler.hpp"', "only shardwise/ and standard"),
    ("include/shardwise/sql/a.hpp", "#include <stdint.h>", "only shardwise/ and standard"),
    ("src/engine/driver/postgres/a.cpp", "#include <libpq-fe.h>", None),
    ("src/engine/driver/mariadb/a.cpp", "#include <mysql.h>", None),
    ("src/engine/driver/sqlite/a.cpp", "#include <sqlite3.h>", None),
    ("src/engine/a.cpp", "#include <libpq-fe.h>", "only in src/engine/driver/postgres/"),
    ("src/engine/driver/sqlite/a.cpp", "#include <mysql.h>", "only in src/engine/driver/mariadb/"),
    ("src/cluster/a.cpp", "#include <mariadb/mysql.h>", "only in src/engine/driver/mariadb/"),
    ("examples/a.cpp", "#include <sqlite3.h>", "only in src/engine/driver/sqlite/"),
    ("src/parse/a.cpp", "#include <pg_query.h>", None),
    ("src/sql/a.cpp", "#include <pg_query.h>", "only in src/parse/"),
    ("include/shardwise/shardwise.hpp", '#include "shardwise/ops/b.hpp"', None),
    ("include/shardwise/shardwise.hpp", "#include <fmt/format.h>", "only shardwise/ and standard"),
    ("apps/cli/a.cpp", "#include <shardwise/ops/b.hpp>\n#include <CLI/CLI.hpp>", None),
    ("apps/cli/a.cpp", '#include "plan/plan.hpp"', "apps/ may not include plan/plan.hpp of src/"),
    ("examples/a.cpp", '#include "../src/plan/plan.hpp"', "examples/ may not include"),
    ("bench/a.cpp", '#include "plan/plan.hpp"\n#include <libpq-fe.h>', None),
]


def self_test(layers):
    failures = 0
    for name, text, expected in SELF_TEST:
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder).resolve()
            for path, content in (("src/plan/plan.hpp", ""), (name, text)):
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(content)
            found = Checker(root, layers).run()[1]
        good = not found if expected is None else len(found) == 1 and expected in found[0]
        if not good:
            failures += 1
            print(f"self-test: {name} with {text!r}: expected {expected}, found {found}")
    print(f"self-test: {len(SELF_TEST)} cases, {failures} failed")
    return 1 if failures else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=pathlib.Path, default=HERE.parent, help="the checkout")
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    layers = read_layers(HERE / "layers.txt")
    if options.self_test:
        return self_test(layers)
    count, found = Checker(options.root.resolve(), layers).run()
    for line in found:
        print(line)
    print(f"layers: {count} files checked, {len(found)} violations", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
