# SPDX-License-Identifier: MIT
"""The whole way on PostgreSQL, on MariaDB, and on one shard of each kind. The servers are those of
SHARDWISE_TEST_SERVERS (scripts/servers); without them the test is skipped with exit code 77, and
fails with SHARDWISE_NO_SKIPS=1."""

import json
import os
import sqlite3
import subprocess
import sys
import unittest

from cluster_scenario import ClusterScenario
from program import SECRETS, ProgramTest


def servers(kind):
    file = os.environ.get("SHARDWISE_TEST_SERVERS")
    if not file:
        return []
    with open(file) as text:
        return [s for s in json.load(text) if s["kind"] == kind]


def query(server, database, sql):
    password = server["password"]
    host = ["-h", "127.0.0.1"]
    if server["kind"] == "postgres":
        command = ["psql", *host, "-p", str(server["port"]), "-U", server["user"], "-d", database,
                   "--no-psqlrc", "-q", "-v", "ON_ERROR_STOP=1", "-c", sql]
    else:
        command = ["mariadb", "--no-defaults", *host, "-P", str(server["port"]), "-u",
                   server["user"], *([database] if database else []), "-e", sql]
    subprocess.run(command, check=True, capture_output=True, timeout=60,
                   env={**os.environ, "PGPASSWORD": password, "MYSQL_PWD": password})


class ServerCluster(ClusterScenario):
    def setUp(self):
        super().setUp()
        self.shards = {}  # name: (url, run SQL)

    def shard_urls(self):
        if not self.shards:
            self.make_shards()
        return {name: url for name, (url, _) in self.shards.items()}

    def execute(self, shard, sql):
        self.shards[shard][1](sql)

    def add_postgres(self, name, server):
        space = f"sw_cli_{os.getpid()}_{name}"
        database = server["databases"][0]
        SECRETS.add(server["password"])
        query(server, database, f"CREATE SCHEMA {space}")
        self.addCleanup(query, server, database, f"DROP SCHEMA {space} CASCADE")
        url = (f"postgresql://{server['user']}:{server['password']}@127.0.0.1:{server['port']}/"
               f"{database}?schema={space}")
        self.shards[name] = (
            url, lambda sql: query(server, database, f"SET search_path = {space}; {sql}"))

    def add_mariadb(self, name, server):
        space = f"sw_cli_{os.getpid()}_{name}"
        SECRETS.add(server["password"])
        query(server, None, f"CREATE DATABASE {space}")
        self.addCleanup(query, server, None, f"DROP DATABASE {space}")
        url = (f"mariadb://{server['user']}:{server['password']}@127.0.0.1:{server['port']}/"
               f"{space}")
        self.shards[name] = (url, lambda sql: query(server, space, sql))

    def add_sqlite(self, name):
        def run(sql):
            with sqlite3.connect(self.folder / f"{name}.db") as db:
                db.execute(sql)
        self.shards[name] = (f"sqlite:///{self.folder}/{name}.db", run)


class PostgresCluster(ServerCluster, ProgramTest):
    def make_shards(self):
        available = servers("postgres")
        for i in range(3):
            self.add_postgres(f"p{i + 1}", available[i % len(available)])


class MariadbCluster(ServerCluster, ProgramTest):
    def make_shards(self):
        available = servers("mariadb")
        for i in range(3):
            self.add_mariadb(f"m{i + 1}", available[i % len(available)])


class MixedCluster(ServerCluster, ProgramTest):
    def make_shards(self):
        self.add_postgres("p", servers("postgres")[0])
        self.add_mariadb("m", servers("mariadb")[0])
        self.add_sqlite("f")


def main():
    missing = [kind for kind in ("postgres", "mariadb") if not servers(kind)]
    if missing:
        print(f"no {' and no '.join(missing)} server in SHARDWISE_TEST_SERVERS")
        return 1 if os.environ.get("SHARDWISE_NO_SKIPS") == "1" else 77
    return 0 if unittest.main(exit=False).result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
