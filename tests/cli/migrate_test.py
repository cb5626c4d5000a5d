# SPDX-License-Identifier: MIT
"""migrate: files are made, applied on every shard, shown and undone."""

import sqlite3
import unittest

from program import FAILED, INCOMPLETE, USAGE, ProgramTest


class Migrate(ProgramTest):
    def setUp(self):
        super().setUp()
        self.write_cluster(self.sqlite_urls(2))
        self.run_program("init")

    def columns(self, shard):
        with sqlite3.connect(self.folder / f"{shard}.db") as db:
            return [row[1] for row in db.execute("PRAGMA table_info(extra)")]

    def states(self, expect):
        shards = self.run_program("--json", "migrate", "status", expect=expect).json()["shards"]
        return [[m["state"] for m in s["migrations"]] for s in shards]

    def test_from_new_to_down(self):
        up, down = self.run_program("--json", "migrate", "new", "extra").json()["files"]
        self.assertEqual((up, down), ("migrations/0001_extra.up.sql",
                                      "migrations/0001_extra.down.sql"))
        self.write(up, "CREATE TABLE extra (id integer PRIMARY KEY);")
        self.write(down, "DROP TABLE extra;")
        self.assertEqual(self.states(INCOMPLETE), [["pending"], ["pending"]])
        report = self.run_program("--json", "migrate", "up").json()
        self.assertEqual([s["versions"] for s in report["shards"]], [[1], [1]])
        self.assertEqual(self.states(0), [["applied"], ["applied"]])
        self.assertEqual([self.columns("s1"), self.columns("s2")], [["id"], ["id"]])
        self.run_program("migrate", "down")
        self.assertEqual([self.columns("s1"), self.columns("s2")], [[], []])

    def test_an_error_stops_before_the_next_version_and_leaves_nothing(self):
        (self.folder / "migrations").mkdir()
        self.write("migrations/0001_a.up.sql",
                   "CREATE TABLE extra (id integer); CREATE TABEL wrong (id integer);")
        self.write("migrations/0002_b.up.sql", "CREATE TABLE other (id integer);")
        report = self.run_program("--json", "migrate", "up", expect=INCOMPLETE).json()
        self.assertFalse(report["complete"])
        self.assertTrue(all(s["error"] and not s["versions"] for s in report["shards"]))
        self.assertEqual(self.columns("s1"), [])

    def test_changed_files_and_wrong_names(self):
        self.write(self.run_program("--json", "migrate", "new", "a").json()["files"][0], "")
        self.run_program("migrate", "up")
        self.write("migrations/0001_a.up.sql", "CREATE TABLE extra (id integer);")
        error = self.run_program("--json", "migrate", "up", expect=FAILED).error()
        self.assertEqual(error["name"], "bad_state")
        self.write("migrations/2-b.sql", "")
        error = self.run_program("--json", "migrate", "status", expect=FAILED).error()
        self.assertEqual(error["name"], "bad_input")
        self.run_program("migrate", "up", "--assume-ran", "--assume-not-ran", expect=USAGE)

    def test_the_model_follows_the_tables(self):
        old = "CREATE TABLE things (id bigint PRIMARY KEY, name text);"
        new = old.replace("name text", "name text, score integer")
        tables = '[tables.things]\nshard_key = "id"\n'
        for shard in ("s1", "s2"):  # another cluster than that of setUp()
            (self.folder / f"{shard}.db").unlink()
        self.write_cluster(self.sqlite_urls(2), schema=self.write("model.sql", old), tables=tables)
        self.run_program("init")
        self.run_program("sql", "-c", "INSERT INTO things (id, name) VALUES (1, 'a')")
        up = self.run_program("--json", "migrate", "new", "score").json()["files"][0]
        self.write(up, "ALTER TABLE things ADD COLUMN score INTEGER;")
        self.write("model.sql", new)
        error = self.run_program("--json", "migrate", "model", expect=FAILED).error()
        self.assertEqual(error["name"], "schema_mismatch")
        self.run_program("migrate", "up")
        self.run_program("migrate", "model")
        self.run_program("sql", "-c", "UPDATE things SET score = 7 WHERE id = 1")
        self.assertIn("7", self.run_program("sql", "-c", "SELECT score FROM things").out)
        self.run_program("verify")


if __name__ == "__main__":
    unittest.main()
