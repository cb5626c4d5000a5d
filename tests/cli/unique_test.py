# SPDX-License-Identifier: MIT
"""A cluster-wide unique constraint for a table that has rows already."""

import unittest

from program import INCOMPLETE, PROBLEMS, ProgramTest


class Unique(ProgramTest):
    def describe(self, unique):
        schema = self.write(
            "members.sql", "CREATE TABLE members (\n  id BIGINT PRIMARY KEY,\n  email VARCHAR(60)"
            + (",\n  CONSTRAINT members_email UNIQUE (email)" if unique else "") + "\n);\n")
        self.write_cluster(self.sqlite_urls(), schema=schema, tables=(
            '[tables.members]\nshard_key = "id"\n' +
            ('cluster_unique = ["members_email"]\n' if unique else "")))

    def test_a_full_table_gets_a_constraint(self):
        self.describe(unique=False)
        self.run_program("init")
        self.write("m.csv", "id,email\n" + "".join(f"{i},m{i}@x\n" for i in range(1, 51)) +
                   "51,m7@x\n52,\n53,\n")
        self.run_program("import", "members", "m.csv")
        self.describe(unique=True)
        self.assertIn("Declared", self.run_program("unique", "declare", "members").out)
        found = self.run_program("--json", "unique", "build", "members", expect=PROBLEMS).json()
        self.assertFalse(found["built"])
        self.assertEqual(found["rows"], 50)
        self.assertEqual([d["constraint"] for d in found["duplicates"]], ["members_email"])
        self.assertEqual({r["key"] for r in found["duplicates"][0]["rows"]}, {"7", "51"})
        self.assertIn("m7@x", self.run_program("unique", "build", "members", expect=PROBLEMS).out)
        self.run_program("sql", "-c", "DELETE FROM members WHERE id = 51")
        self.assertIn("complete", self.run_program("unique", "build", "members").out)
        self.run_program("verify")
        self.write("more.csv", "id,email\n60,m1@x\n61,new@x\n")
        self.run_program("import", "members", "more.csv", "--rejects", "r.csv", expect=INCOMPLETE)
        self.assertIn("[constraint members_email]", (self.folder / "r.csv").read_text())

    def test_a_declared_constraint_can_be_given_up(self):
        self.describe(unique=False)
        self.run_program("init")
        self.describe(unique=True)
        self.run_program("unique", "declare", "members")
        self.run_program("unique", "remove", "members")
        self.describe(unique=False)
        self.run_program("init")
        self.run_program("sql", "-c", "INSERT INTO members (id, email) VALUES (1, 'a'), (2, 'a')")
        self.run_program("verify")


if __name__ == "__main__":
    unittest.main()
