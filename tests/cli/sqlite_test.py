# SPDX-License-Identifier: MIT
"""The whole way on SQLite files, and shards that are not there."""

import json
import os
import sqlite3
import unittest

from cluster_scenario import ClusterScenario
from program import FAILED, INCOMPLETE, OK, PROBLEMS, SHARD_DOWN, ProgramTest


class SqliteCluster(ClusterScenario, ProgramTest):
    def shard_urls(self):
        return self.sqlite_urls(4)

    def execute(self, shard, sql):
        with sqlite3.connect(self.folder / f"{shard}.db") as db:
            db.execute(sql)


class HostileNames(ProgramTest):
    """Names are data: they neither reach the SQL unquoted nor move the terminal's cursor."""

    TABLES = {'Robert"); DROP TABLE users;--': "order", "we\"ird \u00e9\U0001f600 \u5bbf": "se lect",
              "esc\x1b[31mred": "a'b"}

    def test_every_command_takes_them(self):
        schema = distribution = ""
        for table, column in self.TABLES.items():
            quoted = table.replace('"', '""')
            schema += f'CREATE TABLE "{quoted}" ("{column}" bigint PRIMARY KEY, "group" text);\n'
            distribution += (f"[tables.{json.dumps(table, ensure_ascii=False)}]\n"
                             f"shard_key = {json.dumps(column)}\n")
        self.write_cluster(self.sqlite_urls(2), schema=self.write("model.sql", schema),
                           tables=distribution)
        self.run_program("init")
        for table, column in self.TABLES.items():
            rows = "".join(f"{i},\x1b]0;title\x07{i}\n" for i in range(20))
            report = self.run_program("--json", "import", table,
                                      self.write("rows.csv", f"{column},group\n{rows}")).json()
            self.assertEqual((report["table"], report["loaded"]), (table, 20))
            quoted = table.replace('"', '""')
            self.run_program("import", table, "rows.csv")
            plan = self.run_program("--json", "explain",
                                    f'SELECT * FROM "{quoted}" WHERE "{column}" = 7').json()
            self.assertEqual(plan["route"], "one")
            self.assertNotIn("\x1b", self.run_program("explain", f'SELECT * FROM "{quoted}"').out)
        text = self.run_program("status", "--rows").out + self.run_program("verify").out
        self.assertNotIn("\x1b", text)
        self.assertIn("esc\\x1b[31mred", text)
        self.assertIn("\U0001f600", text)

    def test_wide_and_combining_characters_keep_the_columns_aligned(self):
        schema = ('CREATE TABLE "\u5bbf\u5bbf" (id bigint PRIMARY KEY);'
                  'CREATE TABLE "e\u0301" (id bigint PRIMARY KEY);')
        tables = "".join(f'[tables."{t}"]\nshard_key = "id"\n' for t in ("\u5bbf\u5bbf", "e\u0301"))
        self.write_cluster(self.sqlite_urls(2), schema=self.write("model.sql", schema),
                           tables=tables)
        self.run_program("init")
        lines = self.run_program("verify").out.splitlines()
        self.assertIn("table  kind     rows", lines)
        self.assertIn("\u5bbf\u5bbf   sharded     0", lines)
        self.assertIn("e\u0301      sharded     0", lines)


class LookupRows(ProgramTest):
    """Rows and lookup rows of cluster-wide unique columns that differ: found, and mended."""

    SCHEMA = "CREATE TABLE users (id bigint PRIMARY KEY, email varchar(40) UNIQUE);"

    def execute(self, sql):
        for shard in ("s1", "s2"):
            with sqlite3.connect(self.folder / f"{shard}.db") as db:
                db.execute(sql)

    def test_verify_finds_and_repairs_them(self):
        self.write_cluster(self.sqlite_urls(2), schema=self.write("model.sql", self.SCHEMA),
                           tables='[tables.users]\nshard_key = "id"\ncluster_unique = ["email"]\n')
        self.run_program("init")
        for i in range(1, 9):
            self.run_program("sql", "-c", f"INSERT INTO users (id, email) VALUES ({i}, 'u{i}')")
        self.run_program("verify")
        self.execute("DELETE FROM users WHERE id IN (1, 2, 3)")  # behind the library's back
        found = self.run_program("verify", expect=PROBLEMS).out
        self.assertIn("email", found)
        self.run_program("verify", "--repair")
        self.run_program("verify")
        self.run_program("sql", "-c", "INSERT INTO users (id, email) VALUES (11, 'u1')")
        again = self.run_program("sql", "-c", "INSERT INTO users (id, email) VALUES (12, 'u1')",
                                 expect=FAILED)
        self.assertIn("unique_violation", again.err)
        self.run_program("verify")


class ShardDown(ProgramTest):
    """A folder in the place of the file: a shard that cannot be opened."""

    def test_status_names_it_and_shows_the_others(self):
        self.write_cluster(self.sqlite_urls())
        self.run_program("init")
        os.rename(self.folder / "s2.db", self.folder / "away.db")
        for rest in self.folder.glob("s2.db-*"):
            rest.unlink()
        os.mkdir(self.folder / "s2.db")
        result = self.run_program("status", expect=SHARD_DOWN)
        self.assertRegex(result.out, r"(?m)^s1 .* up ")
        self.assertRegex(result.out, r"(?m)^s2 .* down ")
        self.assertIn("s2", result.err)
        shards = self.run_program("--json", "status", expect=SHARD_DOWN).json()["shards"]
        self.assertEqual([s["health"] for s in shards], ["up", "down", "up"])
        self.assertTrue(shards[1]["error"])
        self.run_program("verify", expect=SHARD_DOWN)
        report = self.run_program("--json", "init", expect=INCOMPLETE).json()
        self.assertEqual([s["done"] for s in report["shards"]], [True, False, True])
        os.rmdir(self.folder / "s2.db")
        os.rename(self.folder / "away.db", self.folder / "s2.db")
        self.run_program("init", expect=OK)
        self.run_program("status", expect=OK)


if __name__ == "__main__":
    unittest.main()
