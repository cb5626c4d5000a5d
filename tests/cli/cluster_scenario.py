# SPDX-License-Identifier: MIT
"""What has to work on every kind of cluster: a test class mixes it in and says its shards."""

from program import DATA, FAILED, LINES, PROBLEMS, ROWS

CUSTOMER = 17850


class ClusterScenario:
    def shard_urls(self):
        raise NotImplementedError

    def execute(self, shard, sql):
        """Runs SQL on one shard, behind the program's back."""
        raise NotImplementedError

    def test_the_whole_way(self):
        urls = self.shard_urls()
        self.write_cluster(urls)
        self.init_twice(urls)
        self.import_everything()
        self.look_at_status(urls)
        self.explain_statements(urls)
        self.run_statements()
        self.verify_rows()
        self.ask_for_transactions()
        self.refuse_mistakes()
        self.refuse_swapped_shards(urls)
        self.find_a_misplaced_row()

    def init_twice(self, urls):
        first = self.run_program("--json", "init").json()
        self.assertTrue(first["complete"])
        self.assertEqual([s["name"] for s in first["shards"]], list(urls))
        self.assertTrue(all(s["statements"] for s in first["shards"]))
        text = self.run_program("init").out
        for shard in urls:
            self.assertRegex(text, rf"(?m)^{shard} .* done$")

    def look_at_status(self, urls):
        status = self.run_program("--json", "status").json()
        self.assertEqual([s["name"] for s in status["shards"]], list(urls))
        self.assertTrue(all(s["health"] == "up" and s["version"] for s in status["shards"]))
        self.assertEqual(sum(s["buckets"] for s in status["shards"]), 1024)
        self.assertNotIn("rows", status["shards"][0])
        for table, rows in ROWS.items():
            counts = self.total_rows(table)
            if table in ("countries", "products"):
                self.assertEqual(set(counts.values()), {rows}, table)
            else:
                self.assertEqual(sum(counts.values()), rows, table)
                self.assertTrue(all(counts.values()), table)
        text = self.run_program("status", "--rows").out
        header = text.splitlines()[2].split()
        self.assertEqual(header, ["shard", "engine", "server", "version", "health", "buckets"])
        self.assertRegex(text, r"(?m)^countries +38")

    def explain_statements(self, urls):
        one = self.run_program("--json", "explain",
                               f"SELECT * FROM orders WHERE customer_id = {CUSTOMER}").json()
        self.assertEqual((one["route"], len(one["shards"]), one["shard_count"]),
                         ("one", 1, len(urls)))
        self.assertIn("customer_id", one["reason"])
        self.assertEqual(len(one["statements"]), 1)
        self.assertEqual(one["statements"][0]["values"], [str(CUSTOMER)])
        text = self.run_program("explain",
                                "SELECT country_id, count(*) AS n FROM customers "
                                "GROUP BY country_id ORDER BY n DESC LIMIT 3").out
        self.assertIn(f"route: all ({len(urls)} of {len(urls)} shards)", text)
        for word in ["reason: ", "scatter ", "aggregate ", "limit 3"] + [f"{s}: " for s in urls]:
            self.assertIn(word, text)
        took = self.run_program("--json", "explain", "--analyze",
                                "SELECT name FROM countries").json()
        self.assertEqual(took["statements"][0]["took"]["rows"], took["steps"][0]["took"]["rows"])
        self.assertIn("held", took)
        reference = self.run_program("--json", "explain", "SELECT name FROM countries").json()
        self.assertNotIn("held", reference)
        self.assertEqual((reference["route"], len(reference["statements"])), ("any", 1))
        none = self.run_program("--json", "explain",
                                "SELECT * FROM customers WHERE customer_id = 1 AND customer_id = 2").json()
        self.assertEqual((none["route"], none["shards"]), ("none", []))
        join = self.run_program("--json", "explain",
                                "SELECT o.order_no, c.name FROM orders o JOIN countries c "
                                "ON o.country_id = c.country_id WHERE o.ordered_at < '2010-12-02'").json()
        self.assertEqual(join["route"], "all")
        change = self.run_program("--json", "explain",
                                  f"DELETE FROM orders WHERE customer_id = {CUSTOMER}").json()
        self.assertEqual(change["route"], "one")

    def run_statements(self):
        count = "SELECT count(*) AS n FROM customers"
        total = str(ROWS["customers"])
        answer = self.run_program("--json", "sql", "-c", count).json()
        self.assertEqual(answer, {"columns": ["n"], "rows": [[ROWS["customers"]]]})
        self.assertEqual(self.run_program("sql", "--format", "csv", "-c", count).out, f"n\n{total}\n")
        self.assertRegex(self.run_program("sql", "-c", count).out, r"\(1 row\)\n$")
        # Every part of this needs rows of several shards.
        apart = ("SELECT c.name, count(*) AS customers, (SELECT count(*) FROM orders o WHERE "
                 "o.country_id = c.country_id) AS orders FROM countries c LEFT JOIN customers u ON "
                 "u.country_id = c.country_id GROUP BY c.name, c.country_id HAVING count(*) > 1 ORDER BY 2 "
                 "DESC, 1 LIMIT 3")
        rows = self.run_program("--json", "sql", "-c", apart).json()["rows"]
        self.assertEqual(len(rows), 3)
        name, customers, orders = rows[0]
        checked = self.run_program(
            "--json", "sql", "-c", "SELECT count(*) FROM customers u JOIN countries c ON u.country_id = "
            f"c.country_id WHERE c.name = '{name}'; SELECT count(*) FROM orders o JOIN countries c ON "
            f"o.country_id = c.country_id WHERE c.name = '{name}'").out
        self.assertIn(f"{customers}\n", checked)
        self.assertIn(f"{orders}\n", checked)
        change = f"UPDATE countries SET name = name || '' WHERE name = '{name}'"
        self.assertEqual(self.run_program("--json", "sql", "-c", change).json(), {"changed": 1})
        file = self.write("statements.sql", f"-- a comment; with a semicolon\n{count};\n{count}\n")
        self.assertEqual(self.run_program("sql", "--format", "csv", "--file", file).out,
                         f"n\n{total}\n" * 2)
        failed = self.run_program("sql", "-c", f"{count}; SELECT nme FROM countries", expect=FAILED)
        self.assertIn(total, failed.out)
        self.assertIn("SW205 unknown_column", failed.err)
        self.assertIn(f"[place 1:{len(count) + 10}]", failed.err)
        file = self.write("mistake.sql", f"-- first\n{count};\n\nSELECT nme\nFROM countries;\n")
        failed = self.run_program("--json", "sql", "-f", file, expect=FAILED)
        self.assertEqual(failed.error()["place"], f"{file}:4:8")

    def ask_for_transactions(self):
        self.assertEqual(self.run_program("--json", "txn", "list").json(), [])
        self.assertIn("No shard has", self.run_program("txn", "list").out)
        self.assertEqual(self.run_program("--json", "txn", "resolve").json(),
                         {"committed": 0, "aborted": 0, "waiting": 0, "unreachable": []})
        self.assertIn("bad_value", self.run_program("txn", "outcome", "x", expect=FAILED).err)

    def verify_rows(self):
        report = self.run_program("--json", "verify").json()
        rows = {t["table"]: t["rows"] for t in report["tables"]}
        self.assertEqual(rows, {**ROWS, "order_lines": LINES})
        self.assertEqual((report["problems"], report["findings"]), (0, []))
        text = self.run_program("verify", "customers", "countries").out
        self.assertIn("exactly once", text)
        self.assertNotIn("orders", text)

    def refuse_mistakes(self):
        cases = [
            (["import", "custmers", DATA / "customers.csv"], "SW204 unknown_table", "customers"),
            (["verify", "custmers"], "SW204 unknown_table", "customers"),
            (["explain", "SELECT * FROM custmers"], "SW204 unknown_table", "place 1:15"),
            (["explain", "SELECT nme FROM countries"], "SW205 unknown_column", "did you mean 'name'"),
            (["explain", "SELECT soundex(name) FROM countries"], "SW305 not_supported", "place 1:8"),
            (["explain", "SELEC 1"], "SW308 bad_input", "place 1:1"),
            (["import", "customers", "nowhere.csv"], "SW308 bad_input", "nowhere.csv"),
            (["import", "customers", DATA / "countries.csv"], "SW205 unknown_column", "countries.csv"),
        ]
        for arguments, *words in cases:
            with self.subTest(arguments):
                result = self.run_program(*arguments, expect=FAILED)
                self.assert_one_line(result.err)
                for word in words:
                    self.assertIn(word, result.err)
                error = self.run_program("--json", *arguments, expect=FAILED).error()
                self.assertEqual(f"{error['code']} {error['name']}", words[0])

    def refuse_swapped_shards(self, urls):
        names = list(urls)
        swapped = {**urls, names[0]: urls[names[1]], names[1]: urls[names[0]]}
        self.write_cluster(swapped, name="swapped.toml")
        for command in [["init"], ["status"], ["verify"],
                        ["import", "countries", DATA / "countries.csv"]]:
            result = self.run_program("-c", "swapped.toml", *command, expect=FAILED)
            self.assertIn("SW103 wrong_shard", result.err)
        missing = {n: urls[n] for n in names[:-1]}
        self.write_cluster(missing, name="missing.toml")
        self.assertIn("SW104 missing_shard",
                      self.run_program("-c", "missing.toml", "status", expect=FAILED).err)

    def find_a_misplaced_row(self):
        where = self.run_program("--json", "explain",
                                 f"SELECT * FROM customers WHERE customer_id = {CUSTOMER}").json()
        wrong = next(s for s in self.shard_urls() if s not in where["shards"])
        self.execute(wrong, "INSERT INTO customers (customer_id, country_id, first_ordered_at, "
                            f"sw_bucket) SELECT {CUSTOMER}, country_id, first_ordered_at, sw_bucket "
                            "FROM customers WHERE customer_id = (SELECT min(customer_id) FROM customers)")
        report = self.run_program("--json", "verify", expect=PROBLEMS).json()
        self.assertGreater(report["problems"], 0)
        found = [f for f in report["findings"] if str(CUSTOMER) in f["key"]]
        self.assertTrue(found, report)
        self.assertEqual({f["table"] for f in found}, {"customers"})
        text = self.run_program("verify", "customers", expect=PROBLEMS).out
        self.assertIn("Problems: ", text)
        self.assertIn(wrong, text)
