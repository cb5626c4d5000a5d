#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Do statements ask the shards that EXPLAIN promises, and no other? Counted by the server: MariaDB's
general log says which database each statement ran in. Two promises: the log agrees with `explain`, and
the questions of routes.sql reach exactly the number of shards that stands beside them.

Needs a MariaDB server of SHARDWISE_TEST_SERVERS that nobody else uses meanwhile."""

import json
import os
import pathlib
import re
import shutil
import sys
import tempfile

import ask
import make_data

SHARDS = 5


class Log:
    """MariaDB's general log, by the database that a connection had chosen."""

    def __init__(self, servers, server):
        self.servers, self.server = servers, server

    def start(self):
        self.servers.mariadb(self.server, "SET GLOBAL log_output = 'TABLE'; SET GLOBAL general_log "
                             "= 0; TRUNCATE mysql.general_log; SET GLOBAL general_log = 1")

    def stop(self):
        """{database: statements that read tables of the user}"""
        text = self.servers.mariadb(
            self.server, "SET GLOBAL general_log = 0; SELECT thread_id, command_type, REPLACE("
            "CONVERT(argument USING utf8mb4), '\\n', ' ') FROM mysql.general_log", raw=True)
        home, asked = {}, {}
        for line in text.splitlines()[1:]:
            thread, command, argument = line.split("\t", 2)
            if command == "Connect":
                chosen = re.search(r" on (\S+)", argument)
                home[thread] = chosen.group(1) if chosen else ""
            elif command in ("Execute", "Query") and is_question(argument):
                asked.setdefault(home.get(thread, "?"), []).append(argument)
        return asked


def is_question(sql):
    return sql.startswith("SELECT") and " FROM " in sql and \
        not re.search(r"shardwise_|information_schema|general_log", sql, re.IGNORECASE)


def statements():
    """-- name: NAME SHARDS"""
    return [(q, int(flag)) for q, flag in ask.read_statements(ask.HERE / "routes.sql")]


def check(cluster, log, question, promised):
    explained = cluster.run("explain", "--json", question.sql)
    if explained.returncode:
        return explained.stderr.strip()
    plan = json.loads(explained.stdout)
    log.start()
    answered = cluster.run("sql", "--json", "-c", question.sql)
    asked = log.stop()
    if answered.returncode:
        return answered.stderr.strip()
    reached = {f"s{int(database.rsplit('_', 1)[1]) + 1}" for database in asked}
    if plan["route"] == "any":
        return None if len(reached) == 1 else f"a reference table was asked on {sorted(reached)}"
    if reached != set(plan["shards"]):
        return f"explain says {plan['shards']}, asked were {sorted(reached)}"
    if len(reached) != promised:
        return f"{len(reached)} shards were asked instead of {promised}"
    most = max((len(s) for s in asked.values()), default=0)
    return None if most <= 1 else f"one shard was asked {most} times"


def main():
    servers = ask.Servers()
    if not servers.of("mariadb"):
        return 1 if os.environ.get("SHARDWISE_NO_SKIPS") == "1" else 77
    place = pathlib.Path(tempfile.mkdtemp(prefix="shardwise-routes-"))
    try:
        make_data.write(place / "data")
        cluster = ask.Cluster(place, "hr", "mariadb", SHARDS, servers, tag="routes", only_first=True)
        cluster.load(place / "data")
        log, bad = Log(servers, servers.of("mariadb")[0]), 0
        for question, promised in statements():
            wrong = check(cluster, log, question, promised)
            bad += wrong is not None
            print(f"{question.name}: {wrong or 'as promised'}")
        return 1 if bad else 0
    finally:
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
