# SPDX-License-Identifier: MIT
"""The command line, cluster files and errors, without data."""

import os
import subprocess
import unittest

from program import (BINARY, EXAMPLE, FAILED, OK, SOURCE, USAGE, ProgramTest, environment)

COMMANDS = ["init", "import", "status", "explain", "sql", "txn", "unique", "verify", "generate",
            "migrate"]


class CommandLine(ProgramTest):
    def test_help_of_the_program_names_commands_and_exit_codes(self):
        text = self.run_program("--help").out
        for word in COMMANDS + ["--cluster", "--json", "SHARDWISE_CLUSTER", "Exit codes", "5  "]:
            self.assertIn(word, text)

    def test_each_command_has_help_that_names_its_options(self):
        options = {"import": ["TABLE", "FILE", "--rejects", "--most-rejects", "--delimiter",
                              "--batch", "--restart"],
                   "status": ["--rows"], "explain": ["SQL"],
                   "sql": ["--command", "--file", "--format"],
                   "migrate": ["new", "up", "down", "model", "status", "--directory", "--lock-timeout",
                               "--lock-attempts", "--assume-ran", "--assume-not-ran"],
                   "txn": ["list", "resolve", "outcome"],
                   "unique": ["declare", "build", "remove"],
                   "verify": ["TABLE", "--most-findings"], "init": [],
                   "generate": ["URL", "--output", "--namespace", "--tables", "--shard-key",
                                "--reference", "--colocated"]}
        for command in COMMANDS:
            text = self.run_program(command, "--help").out
            for option in options[command]:
                self.assertIn(option, text, command)

    def test_the_help_and_the_reference_name_the_same_options(self):
        reference = (SOURCE / "docs/cli.md").read_text()
        for command in COMMANDS:
            self.assertIn(f"## {command}", reference)
            for word in self.run_program(command, "--help").out.split():
                option = word.split(",")[0]
                if option.startswith("--") and option not in ("--help", "--cluster", "--json"):
                    self.assertIn(option, reference, command)

    def test_version(self):
        self.assertRegex(self.run_program("--version").out, r"^shardwise \d+\.\d+\.\d+\n$")

    def test_a_wrong_command_line_is_one_line_and_exit_code_2(self):
        for arguments in [[], ["stat"], ["status", "--row"], ["import", "customers"],
                          ["import", "a", "b", "--batch", "0"], ["explain"], ["-c"],
                          ["import", "a", "b", "--delimiter", "ab"],
                          ["import", "a", "b", "--most-rejects", "-1"], ["status", "extra"]]:
            with self.subTest(arguments):
                result = self.run_program(*arguments, expect=USAGE)
                self.assertEqual(result.out, "")
                self.assert_one_line(result.err)
                self.assertTrue(result.err.startswith("shardwise: usage: "), result.err)

    def test_a_wrong_command_line_is_json_when_asked_for(self):
        error = self.run_program("--json", "stat", expect=USAGE).error()
        self.assertEqual((error["name"], error["exit"]), ("usage", USAGE))

    def test_passwords_typed_at_the_wrong_place_are_not_repeated(self):
        url = "postgresql://me:hunt3r-secret@localhost/x"
        for arguments, code in [(["status", url], USAGE), ([url], USAGE), (["-c", url, "status"], FAILED),
                                (["--json", "-c", url, "status"], FAILED),
                                (["status", "password=hunt3r-secret"], USAGE)]:
            self.run_program(*arguments, expect=code)

    def test_output_that_cannot_be_written_is_an_error(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full")
        self.write_cluster(self.sqlite_urls())
        with open("/dev/full", "w") as full:
            done = subprocess.run([BINARY, "status"], cwd=self.folder, stdout=full,
                                  stderr=subprocess.PIPE, env=environment(), check=False)
        self.assertEqual(done.returncode, FAILED)


class ClusterFile(ProgramTest):
    def refused(self, text, *expected):
        self.write("cluster.toml", text)
        result = self.run_program("status", expect=FAILED)
        self.assert_one_line(result.err)
        self.assertEqual(result.out, "")
        for word in expected:
            self.assertIn(word, result.err)
        error = self.run_program("status", "--json", expect=FAILED).error()
        self.assertLessEqual({"code", "name", "message", "shard", "place"}, error.keys())
        return error

    def test_a_missing_file_is_named(self):
        result = self.run_program("-c", "nowhere.toml", "status", expect=FAILED)
        self.assertIn("SW102 bad_config", result.err)
        self.assertIn("nowhere.toml", result.err)

    def test_mistakes_are_refused_at_their_place(self):
        error = self.refused('[[shard]]\nname = "s1"\nurl = "sqlite:///a.db"\nweight = 2\n',
                             "SW102 bad_config", "cluster.toml:4", "weight")
        self.assertEqual((error["code"], error["name"]), ("SW102", "bad_config"))
        self.assertTrue(error["place"].startswith("cluster.toml:4"), error)
        self.refused('[[shard]\n', "cluster.toml:1")
        self.refused('[cluster]\nname = "x"\n', "shard")

    def test_bad_urls_are_refused_without_their_password(self):
        for url in ["mysq://u:hunt3r-secret@h/d", "postgresql://u:hunt3r-secret@h:99999/d",
                    "mariadb://u:hunt3r-secret@h/d?colour=red"]:
            error = self.refused(f'[[shard]]\nname = "s1"\nurl = "{url}"\n', "SW101 bad_url")
            self.assertTrue(error["place"].startswith("cluster.toml:3"), error)

    def test_two_shards_in_one_database_are_refused(self):
        path = f"sqlite:///{self.folder}/same.db"
        self.write_cluster({"s1": path, "s2": path})
        self.assertIn("SW103 wrong_shard", self.run_program("init", expect=FAILED).err)

    def test_a_table_without_a_distribution_is_refused(self):
        self.write_cluster(self.sqlite_urls(), tables="[tables.countries]\nreference = true\n")
        self.assertIn("SW102 bad_config", self.run_program("init", expect=FAILED).err)

    def test_a_mistake_in_the_schema_file_has_its_place(self):
        schema = self.write("model.sql", "CREATE TABLE t (\n  id bigin PRIMARY KEY\n);\n")
        self.write_cluster(self.sqlite_urls(), schema=schema,
                           tables='[tables.t]\nshard_key = "id"\n')
        self.assertIn("model.sql:2:", self.run_program("init", expect=FAILED).err)

    def test_the_environment_names_the_file_and_the_option_wins(self):
        other = self.write_cluster(self.sqlite_urls(), name="other.toml")
        env = environment(SHARDWISE_CLUSTER=str(other))
        self.run_program("init", env=env)
        self.run_program("status", env=env)
        self.run_program("-c", "nowhere.toml", "status", env=env, expect=FAILED)

    def test_the_example_works_as_it_is_written(self):
        self.run_program("-c", EXAMPLE, "init", expect=OK)
        data = SOURCE / "examples/data/online_retail"
        for table in ["countries", "customers"]:
            self.run_program("-c", EXAMPLE, "import", table, data / f"{table}.csv")
        self.run_program("-c", EXAMPLE, "verify")
        self.assertTrue((self.folder / "online-retail-1.db").exists())


if __name__ == "__main__":
    unittest.main()
