# SPDX-License-Identifier: MIT
"""The whole way on SQLite files, and shards that are not there."""

import os
import sqlite3
import unittest

from cluster_scenario import ClusterScenario
from program import INCOMPLETE, OK, SHARD_DOWN, ProgramTest


class SqliteCluster(ClusterScenario, ProgramTest):
    def shard_urls(self):
        return self.sqlite_urls(4)

    def execute(self, shard, sql):
        with sqlite3.connect(self.folder / f"{shard}.db") as db:
            db.execute(sql)


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
