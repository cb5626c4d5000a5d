# SPDX-License-Identifier: MIT
"""shardwise generate: the options, what is written where, and errors. What is generated of which
database is tested in tests/integration/generate."""

import sqlite3
import unittest

from program import EXAMPLE, FAILED, SCHEMA, SHARD_DOWN, ProgramTest

SHOP = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers);
CREATE TABLE lines (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL REFERENCES orders,
                    customer_id INTEGER NOT NULL REFERENCES customers, day DATE);
"""


class Generate(ProgramTest):
    def database(self, sql=SHOP):
        connection = sqlite3.connect(self.folder / "shop.db")
        connection.executescript(sql)
        connection.close()
        return "sqlite:///shop.db"

    def test_the_header_goes_to_standard_output(self):
        header = self.run_program("generate", self.database(), "--namespace", "shop").out
        self.assertIn("#pragma once", header)
        self.assertIn("namespace shop {", header)
        self.assertIn("struct customer {", header)
        self.assertIn("// Not in this model: column day is date", header)

    def test_the_header_goes_to_a_file_and_what_is_missing_is_listed(self):
        result = self.run_program("generate", self.database(), "-o", "model.hpp")
        self.assertIn("3 tables written to model.hpp", result.out)
        self.assertIn("not in the model: lines: column day is date", result.out)
        header = (self.folder / "model.hpp").read_text()
        self.assertEqual(header, self.run_program("generate", "sqlite:///shop.db").out)

    def test_json(self):
        answer = self.run_program("--json", "generate", self.database()).json()
        self.assertEqual(answer["tables"], ["customers", "lines", "orders"])
        self.assertEqual(answer["missing"][0]["table"], "lines")
        self.assertIn("#pragma once", answer["header"])
        answer = self.run_program("--json", "generate", "sqlite:///shop.db", "-o", "m.hpp").json()
        self.assertNotIn("header", answer)

    def test_distribution_is_decided_or_said(self):
        url = self.database()
        decided = self.run_program("generate", url).out
        self.assertIn("// Table customers: reference table; orders refers to it", decided)
        self.assertIn("// Table orders: sharded by id", decided)
        said = self.run_program("generate", url, "--shard-key", "orders=customer_id",
                                "--shard-key", "lines=customer_id", "--colocated",
                                "lines=orders").out
        self.assertIn("// Table customers: sharded by id", said)
        self.assertIn("// Table lines: sharded by customer_id; as it was said", said)
        self.assertIn("colocated_with<::model::order>", said)
        everywhere = self.run_program("generate", url, "--reference", "orders,customers").out
        self.assertIn("// Table orders: reference table; as it was said", everywhere)

    def test_a_cluster_file_says_how_tables_are_distributed(self):
        connection = sqlite3.connect(self.folder / "retail.db")
        sql = SCHEMA.read_text().replace("timestamptz", "integer").replace("numeric(12,3)", "integer")
        connection.executescript(sql)
        connection.close()
        header = self.run_program("-c", EXAMPLE, "generate", "sqlite:///retail.db").out
        self.assertIn("// Table orders: sharded by customer_id; as it was said", header)
        self.assertIn("nulls_in_bucket<0>", header)
        only = self.run_program("-c", EXAMPLE, "generate", "sqlite:///retail.db", "--tables",
                                "countries,products").out
        self.assertNotIn("orders", only)

    def test_what_would_be_wrong_is_one_line_and_writes_nothing(self):
        url = self.database("CREATE TABLE t (id INTEGER PRIMARY KEY, price NUMERIC(9,2) NOT NULL);")
        result = self.run_program("generate", url, "-o", "model.hpp", expect=FAILED)
        self.assert_one_line(result.err)
        self.assertIn("table t column price is numeric(9,2)", result.err)
        self.assertFalse((self.folder / "model.hpp").exists())

    def test_mistakes_of_options(self):
        url = self.database()
        for options in [["--shard-key", "orders"], ["--shard-key", "=id"], ["--colocated", "a="],
                        ["--namespace", "a b"], ["--tables", "order"],
                        ["--shard-key", "orders=nothing"], ["--reference", "nothing"],
                        ["--reference", "orders", "--shard-key", "orders=id"],
                        ["-o", "no/such/folder/model.hpp"]]:
            with self.subTest(options):
                self.assert_one_line(
                    self.run_program("generate", url, *options, expect=FAILED).err)

    def test_a_file_that_is_not_there_is_not_made(self):
        self.run_program("generate", "sqlite:///none.db", expect=SHARD_DOWN)
        self.assertFalse((self.folder / "none.db").exists())

    def test_passwords_are_not_printed(self):
        self.run_program("generate", "postgresql://me:hunt3r-secret@localhost:1/x", expect=SHARD_DOWN)


if __name__ == "__main__":
    unittest.main()
