#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Asks clusters the questions of */*.sql and compares with what one PostgreSQL database answers.

    ask.py                                  SQLite over 3 shards, against the kept answers
    ask.py --shards 1,2,3,5 --engines sqlite,postgres,mariadb,mixed --oracle
    ask.py --set hr --only 'top_|median' -v

README.md says how. Environment: SHARDWISE_CLI, SHARDWISE_SOURCE (the repository) and, for servers,
SHARDWISE_TEST_SERVERS (the servers.json of scripts/servers). Exit status 1: an answer differs, or a
question is refused that refused.txt does not name; 77: the servers that it needs are not there.
"""

import argparse
import collections
import concurrent.futures
import csv
import decimal
import gzip
import io
import json
import math
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse

import make_data

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = pathlib.Path(os.environ.get("SHARDWISE_SOURCE", HERE.parent.parent))
BINARY = os.environ.get("SHARDWISE_CLI", str(SOURCE / "build/dev/bin/shardwise"))
RETAIL = SOURCE / "examples/data/online_retail"
RETAIL_LINES = 20_000
ENGINES = ["sqlite", "postgres", "mariadb", "mixed"]

# set: its folder and how it is distributed. Tables are loaded in the order of schema.sql.
SETS = {"chinook": ("chinook", "reference"), "chinook_sharded": ("chinook", "sharded"),
        "retail": ("retail", "customer"), "tpch": ("tpch", "orders"), "hr": ("hr", "mixed")}

Question = collections.namedtuple("Question", "name sql ordered")
Answer = collections.namedtuple("Answer", "kind message columns rows")  # kind: rows, refused, error


# --- Questions ------------------------------------------------------------------------------------


def read_questions(folder):
    """-- name: NAME begins a question, which ends before the next one."""
    files = [f for f in sorted((HERE / folder).glob("*.sql")) if f.name != "schema.sql"]
    found = [q for f in files for q, _ in read_statements(f)]
    names = [q.name for q in found]
    if len(set(names)) != len(names):
        raise SystemExit(f"{folder}: two questions are called "
                         f"{[n for n in names if names.count(n) > 1][0]}")
    return found


def read_statements(file):
    """[(question, what stands behind its name)]"""
    parts = re.split(r"(?m)^-- name: *(\S+)(.*)\n", file.read_text())
    found = []
    for name, flags, text in zip(parts[1::3], parts[2::3], parts[3::3]):
        sql = text.strip().rstrip(";").strip()
        found.append((Question(name, sql, is_ordered(sql)), flags.strip()))
    return found


def is_ordered(sql):
    """Is there an ORDER BY outside all parentheses? Of questions that is a total order."""
    text = re.sub(r"'(?:[^']|'')*'|--[^\n]*", "", sql)
    while "(" in text:
        shorter = re.sub(r"\([^()]*\)", "", text)
        if shorter == text:
            break
        text = shorter
    return re.search(r"(?i)\border\s+by\b", text) is not None


# --- Data -----------------------------------------------------------------------------------------


def schema_file(folder):
    """The shop of the example is the example's own."""
    if folder == "retail":
        return SOURCE / "examples/online_retail/schema.sql"
    return HERE / folder / "schema.sql"


def table_names(folder):
    schema = schema_file(folder).read_text()
    return re.findall(r"(?mi)^CREATE TABLE (\w+)", schema)


def data_files(folder, generated):
    """{table: file}"""
    if folder == "retail":
        lines = generated / "order_lines.csv"
        if not lines.exists():
            with gzip.open(RETAIL / "order_lines.csv.gz", "rt", encoding="utf-8") as all_lines:
                lines.write_text("".join(next(all_lines) for _ in range(RETAIL_LINES + 1)))
        plain = {t: RETAIL / f"{t}.csv" for t in ("countries", "products", "customers")}
        return plain | {"orders": RETAIL / "orders.csv.gz", "order_lines": lines}
    where = HERE / "chinook/data" if folder == "chinook" else generated / folder
    return {t: where / f"{t}.csv" for t in table_names(folder)}


# --- The oracle: one PostgreSQL database ----------------------------------------------------------


class Servers:
    def __init__(self):
        path = os.environ.get("SHARDWISE_TEST_SERVERS")
        self.known = json.loads(pathlib.Path(path).read_text()) if path else []

    def of(self, kind):
        return [s for s in self.known if s["kind"] == kind]

    def psql(self, server, database, script):
        env = os.environ | {"PGPASSWORD": server["password"], "PGTZ": "UTC"}
        command = ["psql", "-X", "-q", "-h", "127.0.0.1", "-p", str(server["port"]), "-U",
                   server["user"], "-d", database, "-v", "VERBOSITY=terse"]
        done = subprocess.run(command, input=script, env=env, capture_output=True, text=True,
                              check=False)
        return done.stdout, done.stderr

    def mariadb(self, server, script, raw=False):
        command = ["mariadb", "--no-defaults", "-h", "127.0.0.1", "-P", str(server["port"]), "-u",
                   server["user"], *(["--raw", "--batch"] if raw else [])]
        done = subprocess.run(command, input=script, capture_output=True, text=True, check=False,
                              env=os.environ | {"MYSQL_PWD": server["password"]})
        if done.returncode:
            raise SystemExit(done.stderr)
        return done.stdout


def ask_oracle(servers, folder, questions, generated):
    """{name: {"columns", "types", "rows"}}; a question that PostgreSQL refuses ends the program."""
    server = servers.of("postgres")[0]
    database = f"oracle_{folder}"
    servers.psql(server, "postgres", f"DROP DATABASE IF EXISTS {database};\nCREATE DATABASE "
                 f"{database} TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';\n")
    script = schema_file(folder).read_text()
    for table, file in data_files(folder, generated).items():
        opened = gzip.open if file.suffix == ".gz" else open
        with opened(file, "rt", encoding="utf-8") as text:
            header = text.readline().strip()
        source = f"program 'gzip -dc {file}'" if file.suffix == ".gz" else f"'{file}'"
        script += f"\\copy {table}({header}) from {source} with (format csv, header)\n"
    _, errors = servers.psql(server, database, script)
    if errors:
        raise SystemExit(f"{folder}: {errors}")
    mark = "=-=-="
    script = "\\pset format csv\n\\pset null '\\\\N'\n"
    for q in questions:
        script += f"\\echo {mark}{q.name}\n{q.sql}\n\\gdesc\n\\echo {mark}\n{q.sql}\n;\n"
        script += f"\\echo {mark}\n\\warn {mark}{q.name}\n"
    out, errors = servers.psql(server, database, script)
    complaints = [line for line in re.sub(f"{mark}(\\S+)\n", r"\n[\1]\n", errors).split("\n\n")
                  if "ERROR" in line]
    if complaints:
        raise SystemExit(f"{folder}: PostgreSQL refuses questions:\n" + errors)
    parts, answers = out.split(mark), {}
    for described, answered in zip(parts[1::3], parts[2::3]):
        name, described = described.split("\n", 1)
        types = [row[1] for row in csv.reader(io.StringIO(described.strip()))][1:]
        rows = list(csv.reader(io.StringIO(answered.removeprefix("\n"))))
        answers[name] = {"columns": rows[0], "types": types, "rows": [
            [None if v == "\\N" else v for v in row] for row in rows[1:]]}
    return answers


# --- Clusters -------------------------------------------------------------------------------------


class Cluster:
    """One data set over some shards; its files live in a folder of its own."""

    def __init__(self, place, set_name, engine, count, servers, tag="q", only_first=False):
        self.only_first = only_first  # all shards on the first server of a kind
        self.folder, self.distribution = SETS[set_name]
        self.label = f"{set_name}/{engine}/{count}"
        self.home = place / f"{set_name}-{engine}-{count}"
        self.home.mkdir(parents=True)
        kinds = ([engine] if engine != "mixed" else ["postgres", "mariadb", "sqlite"]) * count
        text = f'[cluster]\nname = "{set_name}"\nschema = "{schema_file(self.folder)}"\n'
        for i in range(count):
            url = self.make_shard(kinds[i], f"{tag}_{set_name}_{engine}_{count}_{i}", i,
                                  servers)
            text += f'\n[[shard]]\nname = "s{i + 1}"\nurl = "{url}"\n'
        tables = (HERE / self.folder / f"{self.distribution}.toml").read_text()
        (self.home / "cluster.toml").write_text(text + "\n" + tables)

    def make_shard(self, kind, name, number, servers):
        """An empty database; its URL."""
        if kind == "sqlite":
            return f"sqlite:///{self.home}/s{number}.db"
        server = servers.of(kind)[0 if self.only_first else number % len(servers.of(kind))]
        parts = urllib.parse.urlsplit(server["url"])
        if kind == "postgres":
            servers.psql(server, server["databases"][0], f'DROP SCHEMA IF EXISTS "{name}" CASCADE; '
                         f'CREATE SCHEMA "{name}";\n')
            return parts._replace(query=f"schema={name}").geturl()
        servers.mariadb(server, f"DROP DATABASE IF EXISTS {name}; CREATE DATABASE {name}")
        return parts._replace(path=f"/{name}").geturl()

    def run(self, *arguments, timeout=300):
        return subprocess.run([BINARY, *map(str, arguments)], cwd=self.home, capture_output=True,
                              text=True, timeout=timeout, check=False)

    def load(self, generated):
        calls = [("init",)]
        files = data_files(self.folder, generated)
        calls += [("import", t, files[t]) for t in table_names(self.folder)]
        for call in calls:
            done = self.run(*call)
            if done.returncode:
                raise SystemExit(f"{self.label}: {' '.join(map(str, call))}: {done.stderr}")

    def ask(self, questions):
        """{name: Answer}. The first statement that fails ends a call: go on behind it."""
        answers, rest = {}, list(questions)
        while rest:
            script = self.home / "script.sql"
            script.write_text(";\n".join(q.sql for q in rest) + ";\n")
            try:
                done = self.run("sql", "--json", "-f", script)
                code, out, err = done.returncode, done.stdout, done.stderr
            except subprocess.TimeoutExpired as late:
                code, out, err = -1, (late.stdout or b"").decode(), "no answer within 300 s"
            good = list(documents(out))
            for q, document in zip(rest, good):
                answers[q.name] = Answer("rows", "", document.get("columns"), document.get("rows"))
            rest = rest[len(good):]
            if code and rest:
                answers[rest[0].name] = failure(code, err)
                rest = rest[1:]
            elif rest and not good:
                raise SystemExit(f"{self.label}: no answer and no error")
        return answers


def documents(text):
    decoder, at = json.JSONDecoder(parse_float=decimal.Decimal), 0
    while at < len(text):
        try:
            document, at = decoder.raw_decode(text, at)
        except ValueError:
            return  # cut off by a crash
        yield document
        while at < len(text) and text[at].isspace():
            at += 1


def failure(code, err):
    try:
        e = json.loads(err)
    except ValueError:
        return Answer("error", f"exit {code}: {err.strip()[:600]}", None, None)
    text = f"{e['code']} {e['name']} [{e['place']}]: {e['message']}"
    return Answer("refused" if e["name"] in ("not_supported", "bad_query") else "error", text, None,
                  None)


# --- Comparing ------------------------------------------------------------------------------------

NUMBERS = ("smallint", "integer", "bigint", "numeric", "double precision", "real")


def kind_of(type_name):
    if type_name.startswith(NUMBERS):
        return "number"
    return type_name.split("(")[0]


def expected_cell(text, type_name):
    if text is None:
        return None
    kind = kind_of(type_name)
    if kind == "number":
        return decimal.Decimal(text)
    if kind == "boolean":
        return text == "t"
    return re.sub(r"\+00$", "", text) if kind.startswith("timestamp") else text


def given_cell(value, type_name):
    """What JSON says, in the terms of expected_cell. Numbers may be written as text (decimals)."""
    if value is None:
        return None
    kind = kind_of(type_name)
    if kind == "number":
        try:
            return decimal.Decimal(value) if not isinstance(value, bool) else value
        except (decimal.InvalidOperation, TypeError):
            return value
    if kind.startswith("timestamp") and isinstance(value, str):
        value = re.sub(r"(\+00(:00)?|Z)$", "", value.replace("T", " "))
        return re.sub(r"(\.\d*?)0+$", r"\1", value).rstrip(".") if "." in value else value
    return value


def same(a, b):
    """Equal; numbers up to the last digits of a double (docs/types.md: AVG, variance, double)."""
    if isinstance(a, decimal.Decimal) and isinstance(b, decimal.Decimal):
        return a == b or (inexact(a, b) and
                          math.isclose(float(a), float(b), rel_tol=1e-11, abs_tol=1e-11))
    return type(a) is type(b) and a == b


def inexact(a, b):
    """Does one have more digits than decimals of tables have?"""
    return any(len(x.normalize().as_tuple().digits) > 12 or x.as_tuple().exponent < -4
               for x in (a, b))


def key_of(row):
    """An order of rows that does not look at the last digits of doubles."""
    return [(v is None, type(v).__name__, f"{v:.9e}" if isinstance(v, decimal.Decimal) else str(v))
            for v in row]


def difference(question, expected, got):
    """None, or what is different."""
    if len(got.columns) != len(expected["columns"]):
        return f"columns {got.columns} instead of {expected['columns']}"
    types = expected["types"]
    want = [[expected_cell(v, t) for v, t in zip(row, types)] for row in expected["rows"]]
    have = [[given_cell(v, t) for v, t in zip(row, types)] for row in got.rows]
    if not question.ordered:
        want.sort(key=key_of)
        have.sort(key=key_of)
    if len(want) != len(have):
        return f"{len(have)} rows instead of {len(want)}; {have[:3]} instead of {want[:3]}"
    for number, (w, h) in enumerate(zip(want, have)):
        for i, (a, b) in enumerate(zip(w, h)):
            if not same(a, b):
                return (f"row {number + 1}, {expected['columns'][i]}: {b!r} instead of {a!r} "
                        f"({types[i]})")
    if got.columns != expected["columns"]:
        return f"headings {got.columns} instead of {expected['columns']}"
    return None


# --- The program ----------------------------------------------------------------------------------


def golden_file(folder):
    return HERE / folder / "answers.json"


def write_golden(folder, answers):
    lines = [f"{json.dumps(n)}: {json.dumps(a, ensure_ascii=False)}" for n, a in answers.items()]
    golden_file(folder).write_text("{\n" + ",\n".join(lines) + "\n}\n")


def known_refusals():
    """{question: reason}: what is honestly not there yet."""
    lines = [line.split(None, 1) for line in (HERE / "refused.txt").read_text().splitlines()
             if line and not line.startswith("#")]
    return {line[0]: line[1] for line in lines}


def judge(cluster, questions, expected):
    """[(question, verdict, message)]"""
    answers, verdicts = cluster.ask(questions), []
    for q in questions:
        a = answers[q.name]
        if a.kind == "rows":
            message = difference(q, expected[q.name], a)
            verdicts.append((q, "different" if message else "right", message or ""))
        else:
            verdicts.append((q, a.kind, a.message))
    return verdicts


def options():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--set", default=",".join(SETS), help="some of " + ", ".join(SETS))
    p.add_argument("--engines", default="sqlite", help="some of " + ", ".join(ENGINES))
    p.add_argument("--shards", default="3", help="numbers of shards")
    p.add_argument("--only", default="", help="questions whose names match this expression")
    p.add_argument("--oracle", action="store_true", help="ask PostgreSQL and keep its answers")
    p.add_argument("--report", help="write all verdicts to this file, as lines of JSON")
    p.add_argument("--keep", help="a new folder for clusters and data, that stays")
    p.add_argument("-v", action="store_true", help="tell refusals, too")
    return p.parse_args()


def prepare(chosen, servers, o, generated):
    """{set: (questions, answers)}"""
    ready, asked = {}, {}
    for name in chosen:
        folder = SETS[name][0]
        questions = read_questions(folder)
        if folder not in asked:
            if o.oracle:
                asked[folder] = ask_oracle(servers, folder, questions, generated)
                write_golden(folder, asked[folder])
            else:
                asked[folder] = json.loads(golden_file(folder).read_text())
        wanted = [q for q in questions if re.search(o.only, q.name)]
        missing = [q.name for q in wanted if q.name not in asked[folder]]
        if missing:
            raise SystemExit(f"{folder}: no answers are kept for {missing}; run with --oracle")
        ready[name] = (wanted, asked[folder])
    return ready


def run(o, place):
    servers = Servers()
    if o.oracle or o.engines != "sqlite":
        missing = [k for k in ("postgres", "mariadb") if not servers.of(k)]
        if missing:
            print(f"no servers of kind {', '.join(missing)}: see SHARDWISE_TEST_SERVERS")
            return 1 if os.environ.get("SHARDWISE_NO_SKIPS") == "1" else 77
    generated = place / "data"
    make_data.write(generated)
    ready = prepare(o.set.split(","), servers, o, generated)
    data_files("retail", generated)
    jobs = [(s, e, int(n)) for s in ready for e in o.engines.split(",")
            for n in o.shards.split(",")]

    def work(job):
        started = time.monotonic()
        cluster = Cluster(place, *job, servers)
        cluster.load(generated)
        loaded = time.monotonic()
        verdicts = judge(cluster, *ready[job[0]])
        return cluster.label, verdicts, loaded - started, time.monotonic() - loaded

    report = open(o.report, "w", encoding="utf-8") if o.report else None
    refusals, bad, seen, stale = known_refusals(), 0, set(), set()
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for label, verdicts, loading, asking in pool.map(work, jobs):
            counts = collections.Counter(v for _, v, _ in verdicts)
            print(f"{label}: " + ", ".join(f"{n} {k}" for k, n in sorted(counts.items())) +
                  f" (load {loading:.1f} s, ask {asking:.1f} s)", flush=True)
            for q, verdict, message in verdicts:
                expected_refusal = q.name in refusals
                if expected_refusal and verdict == "right":
                    stale.add(q.name)
                wrong = verdict in ("different", "error") or \
                    (verdict == "refused" and not expected_refusal)
                bad += wrong
                if wrong and (o.v or (q.name, message) not in seen):
                    print(f"  {q.name}: {verdict} {message}"[:400])
                seen.add((q.name, message))
                if report:
                    report.write(json.dumps({"cluster": label, "question": q.name,
                                             "verdict": verdict, "message": message}) + "\n")
    if stale:
        print(f"answered although refused.txt names them: {', '.join(sorted(stale))}")
    print("everything as expected" if not bad else f"{bad} not as expected")
    return 1 if bad else 0


def main():
    o = options()
    if o.keep:
        return run(o, pathlib.Path(o.keep).resolve())
    place = pathlib.Path(tempfile.mkdtemp(prefix="shardwise-questions-"))
    try:
        return run(o, place)
    finally:
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
