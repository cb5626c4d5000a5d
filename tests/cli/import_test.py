# SPDX-License-Identifier: MIT
"""Imports: rejected rows, repeated calls, SIGKILL and SIGINT in the middle."""

import gzip
import os
import pty
import signal
import sqlite3
import subprocess
import time
import unittest

from program import (BINARY, DATA, FAILED, FILES, INCOMPLETE, LINES, ProgramTest, environment)


class Import(ProgramTest):
    def setUp(self):
        super().setUp()
        self.write_cluster(self.sqlite_urls())
        self.run_program("init")

    def import_parents(self):
        for table in ["countries", "products", "customers", "orders"]:
            self.run_program("import", table, DATA / FILES[table])

    def rows_on_first_shard(self, table):
        try:
            with sqlite3.connect(f"file:{self.folder}/s1.db?mode=ro", uri=True) as db:
                return db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        except sqlite3.Error:
            return 0

    def interrupt(self, how, least, *arguments):
        """Sends the signal when the first shard has more than `least` rows of order_lines."""
        process = self.start_program(*arguments)
        deadline = time.monotonic() + 120
        while self.rows_on_first_shard("order_lines") <= least:
            self.assertIsNone(process.poll(), "the import ended before it could be interrupted")
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.002)
        process.send_signal(how)
        out, err = process.communicate(timeout=60)
        return process.returncode, out.decode(), err.decode()

    def test_the_summary_counts_rows_per_shard(self):
        out = self.run_program("import", "countries", DATA / "countries.csv").out
        self.assertIn("countries: 38 rows loaded", out)
        for shard in ["s1", "s2", "s3"]:
            self.assertRegex(out, rf"(?m)^{shard} +38$")
        self.assertEqual(self.run_program("import", "countries", DATA / "countries.csv").err, "")

    def test_a_file_that_is_loaded_already_is_not_loaded_again(self):
        self.run_program("import", "countries", DATA / "countries.csv")
        again = self.run_program("--json", "import", "countries", DATA / "countries.csv").json()
        self.assertTrue(again["already_complete"])
        self.assertEqual(again["loaded"], 0)
        self.assertEqual(set(self.total_rows("countries").values()), {38})

    def test_gzip_and_other_delimiters(self):
        plain = (DATA / "countries.csv").read_text()
        with gzip.open(self.folder / "c.csv.gz", "wt") as packed:
            packed.write(plain.replace(",", "\t"))
        self.run_program("import", "countries", "c.csv.gz", "--delimiter", "tab")
        self.assertEqual(set(self.total_rows("countries").values()), {38})

    def test_the_first_bad_row_ends_an_import_without_a_reject_file(self):
        self.write("bad.csv", "country_id,name\n1,Here\ntwo,There\n3,Elsewhere\n")
        result = self.run_program("import", "countries", "bad.csv", expect=FAILED)
        self.assert_one_line(result.err)
        self.assertIn("SW308 bad_input", result.err)
        self.assertIn("bad.csv:3", result.err)

    def test_bad_rows_go_to_the_reject_file_with_line_and_reason(self):
        self.write("bad.csv", "country_id,name\n1,Here\ntwo,There\n3,Elsewhere\n4,\n")
        result = self.run_program("import", "countries", "bad.csv", "--rejects", "rejects.csv",
                                  expect=INCOMPLETE)
        self.assertIn("2 rejected", result.out)
        self.assertIn("rejects.csv", result.err)
        rejects = (self.folder / "rejects.csv").read_text()
        self.assertRegex(rejects, r"(?m)^3,")
        self.assertRegex(rejects, r"(?m)^5,")
        self.assertEqual(set(self.total_rows("countries").values()), {2})

    def test_too_many_bad_rows_end_the_import(self):
        self.write("bad.csv", "country_id,name\n" + "x,y\n" * 10)
        self.run_program("import", "countries", "bad.csv", "--rejects", "r.csv", "--most-rejects", "3",
                         expect=FAILED)

    def test_killed_imports_go_on_and_lose_or_double_nothing(self):
        self.import_parents()
        lines = self.first_lines()
        command = ["import", "order_lines", lines, "--batch", "200"]
        for part in (0, 1, 2):
            code, _, _ = self.interrupt(signal.SIGKILL, part * LINES // 12, *command)
            self.assertEqual(code, -signal.SIGKILL)
        report = self.run_program("--json", *command).json()
        self.assertFalse(report["already_complete"])
        self.assertGreater(report["resumed"], 0)
        self.assertEqual(report["resumed"] + report["loaded"], LINES)
        self.assertEqual(sum(self.total_rows("order_lines").values()), LINES)
        self.run_program("verify")
        self.assertTrue(self.run_program("--json", *command).json()["already_complete"])

    def test_ctrl_c_stops_after_a_batch_and_says_how_to_go_on(self):
        self.import_parents()
        command = ["import", "order_lines", self.first_lines(), "--batch", "200"]
        code, out, err = self.interrupt(signal.SIGINT, 0, *command)
        self.assertEqual((code, out), (INCOMPLETE, ""))
        self.assert_one_line(err)
        self.assertIn("same command again", err)
        report = self.run_program("--json", *command).json()
        self.assertGreater(report["resumed"], 0)
        self.assertEqual(sum(self.total_rows("order_lines").values()), LINES)
        self.run_program("verify", "order_lines")

    def test_progress_is_drawn_on_a_terminal_only(self):
        self.run_program("import", "countries", DATA / FILES["countries"])
        self.assertEqual(
            self.run_program("import", "products", DATA / FILES["products"], "--batch", "500").err, "")
        terminal, other_end = pty.openpty()
        process = subprocess.Popen([BINARY, "import", "customers", DATA / FILES["customers"]],
                                   cwd=self.folder, stdout=subprocess.PIPE, stderr=other_end,
                                   env=environment())
        os.close(other_end)
        drawn = b""
        while True:
            try:
                part = os.read(terminal, 4096)
            except OSError:  # the program has closed its end
                break
            if not part:
                break
            drawn += part
        out, _ = process.communicate()
        os.close(terminal)
        self.assertEqual(process.returncode, 0)
        self.assertRegex(drawn.decode(), r"customers \[#+-*\] +100%  4,372 rows")
        self.assertTrue(drawn.endswith(b"\r\x1b[K"), drawn)  # the line is removed at the end
        self.assertIn(b"4,372 rows loaded", out)

    def test_rows_without_their_parent_are_refused_by_the_database(self):
        result = self.run_program("import", "orders", DATA / FILES["orders"], expect=FAILED)
        self.assertIn("SW", result.err)
        self.assertEqual(sum(self.total_rows("orders").values()), 0)


class UniqueImport(ProgramTest):
    """Into a table with a column that is unique in the cluster."""

    def setUp(self):
        super().setUp()
        schema = self.write("members.sql", "CREATE TABLE members (\n"
                            "  id BIGINT PRIMARY KEY,\n"
                            "  email VARCHAR(60),\n"
                            "  CONSTRAINT members_email UNIQUE (email)\n);\n")
        self.write_cluster(self.sqlite_urls(), schema=schema, tables=(
            '[tables.members]\nshard_key = "id"\ncluster_unique = ["members_email"]\n'))
        self.run_program("init")

    def test_taken_values_go_to_the_reject_file_with_the_constraint(self):
        self.write("m.csv", "id,email\n" +
                   "".join(f"{i},{'' if i % 10 == 0 else f'm{i % 95}@x'}\n" for i in range(1, 101)))
        command = ["import", "members", "m.csv", "--rejects", "rejects.csv", "--batch", "20"]
        report = self.run_program("--json", *command, expect=INCOMPLETE).json()
        self.assertEqual((report["loaded"], report["rejected"]), (96, 4))
        rejects = (self.folder / "rejects.csv").read_text().splitlines()[1:]
        self.assertEqual([line.split(",")[0] for line in rejects], ["97", "98", "99", "100"])
        for line in rejects:
            self.assertIn("[constraint members_email]", line)
        self.run_program("verify")
        self.write("more.csv", "id,email\n500,m1@x\n501,new@x\n")
        refused = self.run_program("import", "members", "more.csv", expect=FAILED)
        self.assertIn("more.csv:2", refused.err)
        self.assertIn("members_email", refused.err)
        self.assertEqual(sum(self.total_rows("members").values()), 96)


if __name__ == "__main__":
    unittest.main()
