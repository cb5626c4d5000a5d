# SPDX-License-Identifier: MIT
"""URLs through the program: good and bad ones, servers that refuse, that are no database, that are
not there. Each mistake is one line that names the place or the shard, ends with the documented exit
code, and tells no password, wherever that came from. The part with real servers is skipped without
SHARDWISE_TEST_SERVERS and fails then with SHARDWISE_NO_SKIPS=1."""

import json
import os
import socket
import sys
import threading
import unittest

from program import FAILED, OK, SECRETS, SHARD_DOWN, ProgramTest, environment

SECRET = "hunt3r-secret"  # in program.SECRETS

# URL, column inside the URL that is named, word of the message
BAD = [
    ("hello", 1, "://"),
    (f"u:{SECRET}@host/db", 1, "://"),
    (f"://u:{SECRET}@host/db", 1, "unknown scheme"),
    (f"mongodb://u:{SECRET}@host/db", 1, "mongodb"),
    (f"postgress://u:{SECRET}@host/db", 1, "postgress"),
    ("sqlite://", 10, "no file"),
    ("sqlite://host/file.db", 10, "no host"),
    ("sqlite:///a%zz.db", 12, "hexadecimal"),
    ("sqlite:///a%00b", 12, "zero byte"),
    ("sqlite:///a#b", 12, "%23"),
    ("sqlite:///a?tls=off", 13, "tls"),
    ("sqlite:///a?pool_size=0", 23, "integer"),
    ("sqlite:///a?pool_size=1&pool_size=2", 25, "twice"),
    (f"postgresql://u:{SECRET}@host", None, "no database"),
    (f"postgresql://u:{SECRET}@host/", None, "no database"),
    (f"postgresql://u:{SECRET}@host:0/db", None, "port"),
    (f"postgresql://u:{SECRET}@host:65536/db", None, "port"),
    (f"postgresql://u:{SECRET}@host:54x/db", None, "port"),
    (f"postgresql://u:{SECRET}@[::1/db", None, "]"),
    (f"postgresql://u:{SECRET}@[zebra]/db", None, "IPv6"),
    (f"postgresql://u:{SECRET}@a,b/db", None, "character"),
    (f"postgresql://:{SECRET}@h/db", 14, "empty"),
    (f"postgresql://u:{SECRET}@{SECRET}@h/db", None, "%40"),
    (f"postgresql://u:{SECRET}/{SECRET}@h/db", None, "escaped"),
    (f"postgresql://u:{SECRET}#x@h/db", None, "%23"),
    (f"postgresql://u:{SECRET}%zz@h/db", None, "hexadecimal"),
    (f"postgresql://u:{SECRET}@h/db?tls=yes", None, "verify-full"),
    (f"postgresql://u:{SECRET}@h/db?sslmode=disable", None, "sslmode"),
    (f"postgresql://h/db?password={SECRET}", 19, "password_env"),
    (f"postgresql://u:{SECRET}@h/db?password_env=SW_SECRET", None, "twice"),
    ("postgresql://h/db?password_env=SW_NOT_SET_AT_ALL", 32, "SW_NOT_SET_AT_ALL"),
    ("postgresql://h/db?password_file=/no/such/file", 33, "/no/such/file"),
    (f"mariadb://u:{SECRET}@h/db?schema=x", None, "schema"),
    (f"mysql://u:{SECRET}@h/db?colour=red", None, "colour"),
]


class BadUrls(ProgramTest):
    def test_are_refused_at_their_place_without_their_password(self):
        for url, column, word in BAD:
            with self.subTest(url=url):
                self.write("cluster.toml",
                           f'[[shard]]\nname = "s1"\nurl = {json.dumps(url)}\n')
                env = environment(SW_SECRET=SECRET)
                text = self.run_program("status", expect=FAILED, env=env)
                self.assert_one_line(text.err)
                self.assertEqual(text.out, "")
                self.assertIn("SW101 bad_url", text.err)
                self.assertIn(word, text.err)
                if column:
                    self.assertIn(f"column {column}:", text.err)
                error = self.run_program("status", "--json", expect=FAILED, env=env).error()
                self.assertEqual((error["code"], error["exit"]), ("SW101", FAILED))
                self.assertTrue(error["place"].startswith("cluster.toml:3"), error)


class GoodUrls(ProgramTest):
    def test_of_files_work(self):
        folder = self.folder
        (folder / "ä b").mkdir()
        for number, url in enumerate([
                "sqlite:///rel.db", f"sqlite:///{folder}/abs.db", "SQLite:///upper.db",
                "sqlite:///%C3%A4%20b/c.db", "sqlite:///ä b/d e.db", "sqlite:///100%25.db",
                "sqlite:///x%3Fy%23.db", "sqlite:///who@where:1.db",
                "sqlite:///o.db?busy_timeout_ms=100&synchronous=normal",
                "sqlite:///p.db?pool_size=1"]):
            with self.subTest(url=url):
                name = f"c{number}.toml"
                self.write_cluster({"s1": url}, name=name)
                self.run_program("-c", name, "init")
                self.run_program("-c", name, "status")


class ShardsInAFile(ProgramTest):
    def test_that_are_swapped_doubled_foreign_or_missing_are_refused_and_nothing_is_changed(self):
        one, two, three = (f"sqlite:///{self.folder}/{n}.db" for n in "abc")
        self.write_cluster({"s1": one, "s2": two})
        self.run_program("init")
        self.write_cluster({"s1": three}, name="foreign.toml")
        self.run_program("-c", "foreign.toml", "init")
        before = {p.name: p.read_bytes() for p in self.folder.glob("*.db")}
        (self.folder / "link.db").symlink_to(self.folder / "a.db")
        for name, urls, code in [
                ("swapped", {"s1": two, "s2": one}, "SW103"),
                ("doubled", {"s1": one, "s2": one}, "SW103"),
                ("with options", {"s1": one, "s2": one + "?synchronous=full"}, "SW103"),
                ("by a link", {"s1": one, "s2": f"sqlite:///{self.folder}/link.db"}, "SW103"),
                ("by a path", {"s1": one, "s2": f"sqlite:///{self.folder}/./a.db"}, "SW103"),
                ("foreign", {"s1": one, "s2": three}, "SW103"),
                ("missing", {"s1": one}, "SW104"),
                ("one too many", {"s1": one, "s2": two, "s3": "sqlite:///new.db"}, "SW103"),
                ("none", {}, "SW102")]:
            with self.subTest(name):
                path = self.write_cluster(urls)
                for command in (["status"], ["verify"], ["init"]):
                    result = self.run_program(*command, expect=FAILED)
                    self.assert_one_line(result.err)
                    self.assertIn(code, result.err)
                self.assertTrue(path.exists())
        self.assertFalse((self.folder / "new.db").exists())
        after = {p.name: p.read_bytes() for p in self.folder.glob("*.db") if not p.is_symlink()}
        self.assertEqual(before, after)


class Peer:
    """Listens, and does with each connection what it is told."""

    def __init__(self, serve):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.serve = serve
        threading.Thread(target=self.work, daemon=True).start()

    def work(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            with client:
                try:
                    self.serve(client)
                except OSError:
                    pass

    def close(self):
        self.listener.close()


def answer_http(client):
    client.settimeout(0.2)
    try:
        client.recv(4096)
    except TimeoutError:
        pass
    client.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 3\r\n\r\nno\n")


def close_at_once(client):
    pass


def talk_nonsense(client):
    client.sendall(bytes(range(256)) * 64)


def refuse_tls(client):
    """As a PostgreSQL server without TLS. (MariaDB: nonsense of one byte.)"""
    client.recv(4096)
    client.sendall(b"N")
    client.settimeout(2)
    SEEN.append(client.recv(4096))


SEEN = []  # what the program sent after TLS was refused


class NoDatabase(ProgramTest):
    def test_at_the_other_end_is_an_error_of_the_shard(self):
        for serve in (answer_http, close_at_once, talk_nonsense):
            peer = Peer(serve)
            self.addCleanup(peer.close)
            for scheme in ("postgresql", "mariadb"):
                for tls in ("off", "insecure", "verify-full"):
                    with self.subTest(serve=serve.__name__, scheme=scheme, tls=tls):
                        self.refused(f"{scheme}://u:{SECRET}@127.0.0.1:{peer.port}/d?tls={tls}"
                                     "&connect_timeout_ms=3000", peer.port)

    def refused(self, url, port):
        self.write_cluster({"s1": url})
        for command in ("status", "verify", "init"):
            result = self.run_program(command, expect=SHARD_DOWN, timeout=60)
            self.assert_one_line(result.err)
            self.assertIn("s1", result.err)
            self.assertIn(f"127.0.0.1:{port}", result.err)

    def test_that_refuses_tls_gets_no_password(self):
        peer = Peer(refuse_tls)
        self.addCleanup(peer.close)
        self.refused(f"postgresql://u:{SECRET}@127.0.0.1:{peer.port}/d?tls=verify-full"
                     "&connect_timeout_ms=3000", peer.port)
        self.assertNotIn(SECRET.encode(), b"".join(SEEN))


def real_servers():
    file = os.environ.get("SHARDWISE_TEST_SERVERS")
    if not file:
        return {}
    with open(file) as text:
        return {s["kind"]: s for s in json.load(text) if s["kind"] != "sqlite"}


class RealServers(ProgramTest):
    def setUp(self):
        super().setUp()
        if not real_servers():
            self.skipTest("no servers in SHARDWISE_TEST_SERVERS")

    def url(self, server, **changes):
        parts = {"user": server["user"], "password": f":{server['password']}",
                 "host": "127.0.0.1", "port": server["port"], "db": server["databases"][0],
                 "options": ""} | changes
        scheme = "postgresql" if server["kind"] == "postgres" else "mariadb"
        return (f"{scheme}://{parts['user']}{parts['password']}@{parts['host']}:{parts['port']}/"
                f"{parts['db']}{parts['options']}")

    def test_that_refuse_are_named_with_the_shard_and_no_password_is_told(self):
        for server in real_servers().values():
            SECRETS.add(server["password"])
            secret = self.write("secret", SECRET + "\n")
            secret.chmod(0o600)
            for name, url in [
                    ("password in the URL", self.url(server, password=":" + SECRET)),
                    ("password in the environment",
                     self.url(server, password="", options="?password_env=SW_SECRET")),
                    ("password in a file",
                     self.url(server, password="", options=f"?password_file={secret}")),
                    ("no password", self.url(server, password="")),
                    ("user", self.url(server, user="nobody_of_that_name")),
                    ("database", self.url(server, db="no_such_database")),
                    ("port", self.url(server, port=1)),
                    ("host", self.url(server, host="no-such-host.invalid")),
                    ("certificate", self.url(server, options="?tls=verify-full")),
            ]:
                with self.subTest(kind=server["kind"], name=name):
                    self.write_cluster({"s1": url, "s2": f"sqlite:///{self.folder}/x.db"})
                    env = environment(SW_SECRET=SECRET)
                    for command in (["init"], ["status"], ["verify"],
                                    ["explain", "SELECT * FROM countries"]):
                        result = self.run_program(*command, expect=SHARD_DOWN, env=env)
                        self.assert_one_line(result.err)
                        self.assertIn("s1", result.err)
                        error = self.run_program(*command, "--json", expect=SHARD_DOWN,
                                                 env=env).error()
                        self.assertEqual((error["shard"], error["exit"]), ("s1", SHARD_DOWN))

    def test_that_are_down_later_are_told_apart_from_those_that_work(self):
        server = next(iter(real_servers().values()))
        peer = Peer(close_at_once)
        self.addCleanup(peer.close)
        good = {"s1": f"sqlite:///{self.folder}/a.db", "s2": f"sqlite:///{self.folder}/b.db"}
        self.write_cluster(good)
        self.run_program("init")
        SECRETS.add(server["password"])
        self.write_cluster(good | {"s2": self.url(server, port=peer.port)})
        self.assertIn("s2", self.run_program("status", expect=SHARD_DOWN).err)
        self.write_cluster(good)
        self.run_program("status", expect=OK)


def main():
    if not real_servers() and os.environ.get("SHARDWISE_NO_SKIPS") == "1":
        print("no servers in SHARDWISE_TEST_SERVERS")
        return 1
    return 0 if unittest.main(exit=False).result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
