# SPDX-License-Identifier: MIT
"""The shardwise program as tests use it: run it, look at what it says, hunt for passwords.

Environment: SHARDWISE_CLI (the binary), SHARDWISE_SOURCE (the repository).
"""

import gzip
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

BINARY = os.environ["SHARDWISE_CLI"]
SOURCE = pathlib.Path(os.environ["SHARDWISE_SOURCE"])
DATA = SOURCE / "examples/data/online_retail"
SCHEMA = SOURCE / "examples/online_retail/schema.sql"
EXAMPLE = SOURCE / "examples/online_retail/cluster.toml"

OK, FAILED, USAGE, INCOMPLETE, SHARD_DOWN, PROBLEMS = range(6)

# What must never be printed. Tests add the passwords of their servers.
SECRETS = {"hunt3r-secret"}

# The files in the order in which foreign keys allow them, and their rows.
FILES = {"countries": "countries.csv", "products": "products.csv", "customers": "customers.csv",
         "orders": "orders.csv.gz", "order_lines": "order_lines.csv.gz"}
ROWS = {"countries": 38, "products": 4070, "customers": 4372, "orders": 25900}
LINES = 20_000  # of order_lines: its beginning is enough here


class Outcome:
    def __init__(self, arguments, code, out, err):
        self.arguments, self.code, self.out, self.err = arguments, code, out, err
        for secret in SECRETS:
            if secret in out + err:
                raise AssertionError(f"a password was printed by {arguments}:\n{out}\n{err}")

    def json(self):
        return json.loads(self.out)

    def error(self):
        return json.loads(self.err)


def environment(**changes):
    env = {k: v for k, v in os.environ.items() if k != "SHARDWISE_CLUSTER"}
    env.update(changes)
    return env


class ProgramTest(unittest.TestCase):
    """A folder of its own, in which the program runs."""

    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="shardwise-cli-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def run_program(self, *arguments, expect=OK, env=None, timeout=240):
        done = subprocess.run([BINARY, *map(str, arguments)], cwd=self.folder, timeout=timeout,
                              capture_output=True, env=env or environment(), check=False)
        result = Outcome(arguments, done.returncode, done.stdout.decode(), done.stderr.decode())
        self.assertEqual(result.code, expect,
                         f"{arguments}\nstdout: {result.out}\nstderr: {result.err}")
        return result

    def start_program(self, *arguments):
        process = subprocess.Popen([BINARY, *map(str, arguments)], cwd=self.folder,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   env=environment())
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        return process

    def assert_one_line(self, text):
        self.assertEqual(len(text.splitlines()), 1, text)

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def write_cluster(self, urls, name="cluster.toml", schema=SCHEMA, tables=None):
        """A cluster file of shards {name: url} with the online retail model."""
        text = f'[cluster]\nname = "retail"\nschema = "{schema}"\n'
        for shard, url in urls.items():
            text += f'\n[[shard]]\nname = "{shard}"\nurl = "{url}"\n'
        if tables is None:
            example = EXAMPLE.read_text()
            tables = example[example.index("[tables.countries]"):]
        return self.write(name, text + "\n" + tables)

    def sqlite_urls(self, count=3):
        return {f"s{i}": f"sqlite:///{self.folder}/s{i}.db" for i in range(1, count + 1)}

    def first_lines(self):
        """The beginning of order_lines.csv.gz."""
        path = self.folder / "first_lines.csv"
        if not path.exists():
            with gzip.open(DATA / FILES["order_lines"], "rt") as lines, open(path, "w") as out:
                for number, line in enumerate(lines):
                    if number > LINES:
                        break
                    out.write(line)
        return path

    def import_everything(self):
        for table, file in FILES.items():
            path = self.first_lines() if table == "order_lines" else DATA / file
            report = self.run_program("--json", "import", table, path).json()
            rows = ROWS.get(table, LINES)
            self.assertEqual((report["rows_read"], report["loaded"], report["rejected"]),
                             (rows, rows, 0), table)

    def total_rows(self, table):
        """Over all shards: {shard: rows}."""
        shards = self.run_program("--json", "status", "--rows").json()["shards"]
        return {s["name"]: s["rows"][table] for s in shards}
