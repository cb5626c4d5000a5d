#!/usr/bin/env python3
"""run_example.py NAME KIND PROGRAM [ARG...]: runs an example on fresh shards of one kind, twice, and
compares its output with NAME.expected both times (SHARDWISE_UPDATE=1 rewrites that file)."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
SKIPPED = 77


def servers(kind):
    path = os.environ.get("SHARDWISE_TEST_SERVERS")
    if not path:
        return []
    return [s for s in json.loads(pathlib.Path(path).read_text()) if s["kind"] == kind]


def client(server, sql):
    """Runs SQL on a server with its own command line client."""
    environment = dict(os.environ, PGPASSWORD=server["password"], MYSQL_PWD=server["password"])
    host = ["-h", "127.0.0.1"]
    if server["kind"] == "postgres":
        command = ["psql", *host, "-p", str(server["port"]), "-U", server["user"], "-q", "-c", sql,
                   server["databases"][0]]
    else:
        command = ["mariadb", *host, "-P", str(server["port"]), "-u", server["user"], "-e", sql]
    subprocess.run(command, env=environment, check=True, capture_output=True)


class Shards:
    """`count` empty databases; removed again."""

    def __init__(self, kind, count, folder):
        self.urls, self.drops = [], []
        cycle = ["sqlite", "postgres", "mariadb"]
        for i in range(count):
            own = cycle[i % 3] if kind == "mixed" else kind
            if own == "sqlite":
                self.urls.append(f"sqlite:///{folder}/shard{i}.db")
                continue
            found = servers(own)
            if not found:
                reason = f"no {own} server (SHARDWISE_TEST_SERVERS)"
                if os.environ.get("SHARDWISE_NO_SKIPS") == "1":
                    sys.exit(reason)
                print("skipped:", reason)
                sys.exit(SKIPPED)
            server = found[i % len(found)]
            name = f"sw_example_{os.getpid()}_{i}"
            client(server, f"CREATE DATABASE {name}")
            self.drops.append((server, f"DROP DATABASE {name}"))
            self.urls.append(server["url"].rsplit("/", 1)[0] + "/" + name)

    def drop(self):
        for server, sql in self.drops:
            client(server, sql)


def run(name, kind, command):
    expected = HERE / f"{name}.expected"
    with tempfile.TemporaryDirectory() as folder:
        shards = Shards(kind, 2 if name == "article" else 4, folder)
        arguments = shards.urls if name == "article" else [
            x for url in shards.urls for x in ("--url", url)]
        try:
            for attempt in ("first", "second"):
                done = subprocess.run([*command, *arguments], cwd=folder, capture_output=True,
                                      text=True, check=False)
                if done.returncode != 0:
                    sys.exit(f"{attempt} run failed: {done.stderr}")
                if os.environ.get("SHARDWISE_UPDATE") == "1":
                    expected.write_text(done.stdout)
                if done.stdout != expected.read_text():
                    sys.exit(f"{attempt} run on {kind} differs from {expected}:\n{done.stdout}")
        finally:
            shards.drop()
    print(f"{name} on {kind}: as expected, twice")


run(sys.argv[1], sys.argv[2], sys.argv[3:])
