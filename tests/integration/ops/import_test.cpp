// SPDX-License-Identifier: MIT
// import_csv on real shards of every kind.
#include <gtest/gtest.h>

#include <thread>

#include "fixture.hpp"

namespace shardwise::ops_test {
namespace {

class Import : public OpsTest {};

std::string people_csv(int from, int to) {
    std::string text = "id,name,age\n";
    for (int i = from; i <= to; ++i) text += std::to_string(i) + ",p" + std::to_string(i) + ",5\n";
    return text;
}

TEST_P(Import, PutsEachRowOnItsShardAndReferenceRowsOnAll) {
    load_countries();
    EXPECT_EQ(count("countries"), 6);
    const auto report = import_csv(*db, "people", write("p.csv", people_csv(1, 500)));
    EXPECT_EQ(report.rows_read, 500);
    EXPECT_EQ(report.loaded, 500);
    EXPECT_EQ(report.rejected, 0);
    EXPECT_EQ(report.resumed, 0);
    EXPECT_FALSE(report.already_complete);
    EXPECT_EQ(count("people"), 500);
    std::int64_t reported = 0;
    for (std::size_t i = 0; i < shard_count; ++i) {
        EXPECT_EQ(report.shards.at(i).rows, shards->ask(i, "SELECT COUNT(*) FROM people").at(0));
        EXPECT_GT(report.shards[i].rows, 0);
        reported += report.shards[i].rows;
    }
    EXPECT_EQ(reported, 500);
    session s{*db};
    for (const int id : {1, 250, 500}) EXPECT_EQ(s.get<Person>(id)->name, "p" + std::to_string(id));
    EXPECT_EQ(verify(*db).problems, 0);
}

TEST_P(Import, ReadsValuesOfEveryTypeAndTellsNullFromEmptyText) {
    load_countries();
    import_csv(*db, "people",
               write("p.csv",
                     "\xef\xbb\xbfname,id,age,email,balance,born,seen,active,country_id\r\n"
                     "\"\",-5,1,\"\",-12.5,2024-02-29,2011-12-09 12:50:00,true,2\r\n"
                     "\"a, \"\"b\"\"\n\xc3\xbc\",9223372036854775807,2,,,,,,\r\n"));
    session s{*db};
    const auto a = s.get<Person>(-5);
    EXPECT_EQ(a->name, "");
    EXPECT_EQ(a->email, "");
    EXPECT_EQ(a->balance->to_string(), "-12.50");
    EXPECT_EQ(a->born->to_string(), "2024-02-29");
    EXPECT_EQ(*a->seen, timestamp::parse("2011-12-09 12:50:00"));
    EXPECT_EQ(a->active, true);
    EXPECT_EQ(a->country_id, 2);
    const auto b = s.get<Person>(INT64_MAX);
    EXPECT_EQ(b->name, "a, \"b\"\n\xc3\xbc");
    EXPECT_FALSE(b->email || b->balance || b->born || b->seen || b->active || b->country_id);
}

TEST_P(Import, LoadsAFileOnceHoweverOftenItIsImported) {
    const std::string p = write("p.csv", people_csv(1, 50));
    import_csv(*db, "people", p);
    const auto again = import_csv(*db, "people", p);
    EXPECT_TRUE(again.already_complete);
    EXPECT_EQ(again.rows_read, 50);
    EXPECT_EQ(again.loaded, 0);
    EXPECT_EQ(again.resumed, 50);
    // A copy is the same file.
    EXPECT_TRUE(import_csv(*db, "people", write("copy.csv", people_csv(1, 50))).already_complete);
    EXPECT_EQ(count("people"), 50);
    // Another process sees the same.
    db.reset();
    db = std::make_unique<cluster>(shards->all(), small_options());
    EXPECT_TRUE(import_csv(*db, "people", p).already_complete);
}

TEST_P(Import, LoadsAFileAgainWhenItsRowsAreGoneOrOnRequest) {
    const std::string p = write("p.csv", people_csv(1, 50));
    import_csv(*db, "people", p);
    for (std::size_t i = 0; i < shard_count; ++i) shards->execute(i, "DELETE FROM people");
    EXPECT_EQ(import_csv(*db, "people", p).loaded, 50);
    const std::string e = write("e.csv", "what\none\ntwo\n");
    import_csv(*db, "events", e);
    import_options options;
    options.restart = true;
    EXPECT_EQ(import_csv(*db, "events", e, options).loaded, 2);
    EXPECT_EQ(count("events"), 4);
    EXPECT_TRUE(import_csv(*db, "events", e).already_complete);
}

TEST_P(Import, RefusesToGoOnWithATableThatWasCreatedAnew) {
    const std::string e = write("e.csv", "what\none\ntwo\n");
    import_csv(*db, "events", e);
    ASSERT_TRUE(db->drop_all<Event>().complete());
    ASSERT_TRUE(db->create_all<Event>().complete());
    {
        session s{*db};
        s.add(Event{.id = 0, .what = "other"});
        s.commit();
    }
    const error_info refused = error_of([&] { import_csv(*db, "events", e); });
    EXPECT_EQ(refused.code, error_code::bad_state) << refused.message;
    EXPECT_EQ(count("events"), 1);
}

TEST_P(Import, ReadsPackedFilesAndRefusesBrokenOnes) {
    const std::string text = people_csv(1, 3000);
    write_gz(file("p.csv"), text);  // the name does not matter
    EXPECT_EQ(import_csv(*db, "people", file("p.csv")).loaded, 3000);
    EXPECT_EQ(count("people"), 3000);
    const std::string packed = text_of(file("p.csv"));
    for (const std::size_t kept : {std::size_t{11}, packed.size() / 2, packed.size() - 1}) {
        const std::string cut = write("cut.csv", packed.substr(0, kept));
        const error_info e = error_of([&] { import_csv(*db, "people", cut); });
        EXPECT_EQ(e.code, error_code::bad_input) << kept << e.message;
    }
    std::string damaged = packed;
    damaged[packed.size() - 6] = static_cast<char>(~damaged[packed.size() - 6]);  // its checksum
    const std::string bad = write("bad.csv", damaged);
    EXPECT_EQ(error_of([&] { import_csv(*db, "people", bad); }).code, error_code::bad_input);
    const std::string junk = write("junk.csv", packed + "x");
    EXPECT_EQ(error_of([&] { import_csv(*db, "people", junk); }).code, error_code::bad_input);
    EXPECT_EQ(count("people"), 3000);
}

TEST_P(Import, GeneratesIdsThatTheHeaderLeavesOut) {
    std::string text = "what\n";
    for (int i = 0; i < 900; ++i) text += "e" + std::to_string(i) + "\n";
    import_options options;
    options.batch_rows = 100;
    EXPECT_EQ(import_csv(*db, "events", write("e.csv", text), options).loaded, 900);
    EXPECT_EQ(count("events"), 900);
    import_csv(*db, "tags", write("t.csv", "label\nred\ngreen\n"));
    EXPECT_EQ(count("tags"), 6);
    EXPECT_EQ(verify(*db).problems, 0);
}

TEST_P(Import, RefusesAHeaderThatDoesNotFitTheTable) {
    const std::vector<std::pair<std::string, error_code>> cases{
        {"", error_code::bad_input},
        {"\n1\n", error_code::bad_input},
        {"id,name,agee\n", error_code::unknown_column},
        {"id,name,age,sw_bucket\n", error_code::bad_input},
        {"id,name,age,id\n", error_code::bad_input},
        {"id,name,age,\n", error_code::bad_input},
        {"name,age\n", error_code::bad_input},
        {"id,name\n", error_code::bad_input},
    };
    for (const auto& [text, code] : cases) {
        const std::string p = write("h.csv", text);
        const error_info e = error_of([&] { import_csv(*db, "people", p); });
        EXPECT_EQ(e.code, code) << text << e.message;
        EXPECT_NE(e.message.find(p + ":1"), std::string::npos) << e.message;
    }
    EXPECT_EQ(error_of([&] { import_csv(*db, "nobody", write("x.csv", "id\n")); }).code,
              error_code::unknown_table);
    EXPECT_EQ(error_of([&] { import_csv(*db, "people", file("none.csv")); }).code,
              error_code::bad_input);
    EXPECT_EQ(error_of([&] { import_csv(*db, "people", folder.path().string()); }).code,
              error_code::bad_input);
}

TEST_P(Import, SetsEveryKindOfBadRowAsideAndLoadsTheOthers) {
    load_countries();
    const std::string text =
        "id,name,age,country_id,balance,email\n"
        "1,good,1,1,1.00,a@x\n"
        "2,bad int,x,,,\n"
        "3,too few\n"
        "4,too,1,,,,many\n"
        "5,a name that is far too long,1,,,\n"
        ",no key,1,,,\n"
        "7,null age,,,,\n"
        "8,digits,1,,1.005,\n"
        "9,wide,1,,12345678.00,\n"
        "10,no land,1,99,,\n"
        "11,check,-1,,,\n"
        "12,b\xff,1,,,\n"
        "1,again,1,,,\n"
        "\n"
        "13,\"two\nlines\",1,2,,\n"
        "14,last,1,,,\n";
    import_options options;
    options.reject_file = file("rejects.csv");
    const auto report = import_csv(*db, "people", write("p.csv", text), options);
    EXPECT_EQ(report.rows_read, 15);
    EXPECT_EQ(report.loaded, 3);
    EXPECT_EQ(report.rejected, 12);
    EXPECT_EQ(count("people"), 3);
    EXPECT_EQ(sum("SELECT COUNT(*) FROM people WHERE id IN (1, 13, 14)"), 3);
    const std::string rejects = text_of(options.reject_file);
    EXPECT_TRUE(rejects.starts_with("line,reason,id,name,age,country_id,balance,email\n3,\""))
        << rejects;
    const std::vector<std::pair<std::string, std::string>> expected{
        {"\n3,\"bad_value: column age", ",2,bad int,x,,,\n"},
        {"\n4,\"the line has 2 fields, the header 6\"", ",3,too few\n"},
        {"\n5,\"the line has 7 fields", ",4,too,1,,,,many\n"},
        {"\n6,\"value_not_storable: column people.name", ",5,a name that is far too long,1,,,\n"},
        {"\n7,\"value_not_storable: column people.id: NULL", ",,no key,1,,,\n"},
        {"\n8,\"value_not_storable: column people.age: NULL", ",7,null age,,,,\n"},
        {"\n9,\"bad_value: column balance", ",8,digits,1,,1.005,\n"},
        {"\n10,\"value_not_storable: column people.balance", ",9,wide,1,,12345678.00,\n"},
        {"\n11,\"foreign_key_violation", ",10,no land,1,99,,\n"},
        {"\n12,\"check_violation", ",11,check,-1,,,\n"},
        {"\n13,\"the line is not valid UTF-8\"", ",12,b\xff,1,,,\n"},
        {"\n14,\"unique_violation", ",1,again,1,,,\n"},
    };
    std::size_t at = 0;
    for (const auto& [begin, end] : expected) {
        at = rejects.find(begin, at);
        ASSERT_NE(at, std::string::npos) << begin << " in " << rejects;
        EXPECT_EQ(rejects.find(end, at), rejects.find('\n', at + 1) + 1 - end.size()) << end;
    }
    const auto again = import_csv(*db, "people", file("p.csv"), options);
    EXPECT_TRUE(again.already_complete);
    EXPECT_EQ(again.rejected, 12);
    EXPECT_EQ(text_of(options.reject_file), rejects);
}

TEST_P(Import, RejectsABadReferenceRowOnAllCopiesOrOnNone) {
    load_countries();
    import_options options;
    options.reject_file = file("r.csv");
    // One copy has a row that the others lack.
    shards->execute(1, "INSERT INTO countries (id, name) VALUES (7, 'Only here')");
    const auto report =
        import_csv(*db, "countries",
                   write("c.csv", "id,name\n5,Estonia\n7,Seven\n8,Belgium\n9,Nauru\n"), options);
    EXPECT_EQ(report.loaded, 2);
    EXPECT_EQ(report.rejected, 2);
    for (std::size_t i = 0; i < shard_count; ++i)
        EXPECT_EQ(shards->ask(i, "SELECT COUNT(*) FROM countries WHERE id IN (5, 9)").at(0), 2);
    EXPECT_EQ(count("countries"), 13);
}

TEST_P(Import, WithoutARejectFileTheFirstBadRowEndsTheImportAndItsBatchLeavesNoTrace) {
    std::string text = people_csv(1, 95);
    import_options options;
    options.batch_rows = 40;
    const std::string p = write("p.csv", text + "96,x,-1\n97,y,1\n1,z,1\n");
    const error_info e = error_of([&] { import_csv(*db, "people", p, options); });
    EXPECT_EQ(e.code, error_code::bad_input);
    EXPECT_TRUE(e.message.starts_with(p + ":97: check_violation")) << e.message;
    EXPECT_EQ(count("people"), 80);
    // Mended behind what is loaded: the import goes on.
    write_text(p, text + "96,x,1\n97,y,1\n98,z,1\n");
    const auto report = import_csv(*db, "people", p, options);
    EXPECT_EQ(report.rows_read, 98);
    EXPECT_EQ(report.resumed, 80);
    EXPECT_EQ(report.loaded, 18);
    EXPECT_EQ(count("people"), 98);
    EXPECT_TRUE(import_csv(*db, "people", p, options).already_complete);
    EXPECT_EQ(verify(*db).problems, 0);
}

TEST_P(Import, RefusesAFileThatWasChangedInThePartThatIsLoaded) {
    import_options options;
    options.batch_rows = 40;
    const std::string p = write("p.csv", people_csv(1, 95) + "96,x,-1\n");
    EXPECT_EQ(error_of([&] { import_csv(*db, "people", p, options); }).code, error_code::bad_input);
    std::string changed = people_csv(1, 96);
    changed[changed.find("p40")] = 'q';
    for (const std::string& text : {changed, people_csv(1, 30)}) {
        write_text(p, text);
        const error_info e = error_of([&] { import_csv(*db, "people", p, options); });
        EXPECT_EQ(e.code, error_code::bad_input);
        EXPECT_NE(e.message.find("was changed within its first 80 rows"), std::string::npos)
            << e.message;
    }
    EXPECT_EQ(count("people"), 80);
    for (std::size_t i = 0; i < shard_count; ++i) shards->execute(i, "DELETE FROM people");
    options.restart = true;
    write_text(p, changed);
    EXPECT_EQ(import_csv(*db, "people", p, options).loaded, 96);
}

TEST_P(Import, GivesUpAfterSoManyRejects) {
    import_options options;
    options.batch_rows = 10;
    options.reject_file = file("r.csv");
    options.most_rejects = 2;
    std::string text = people_csv(1, 20) + "x,a,1\ny,b,1\nz,c,1\n" + "21,p,1\n";
    const error_info e =
        error_of([&] { import_csv(*db, "people", write("p.csv", text), options); });
    EXPECT_EQ(e.code, error_code::bad_input);
    EXPECT_NE(e.message.find("more than 2 rows"), std::string::npos) << e.message;
    EXPECT_EQ(count("people"), 20);
    options.most_rejects = 3;
    EXPECT_EQ(import_csv(*db, "people", file("p.csv"), options).rejected, 3);
    EXPECT_EQ(count("people"), 21);
    options.reject_file = file("p.csv");
    EXPECT_EQ(error_of([&] { import_csv(*db, "people", file("p.csv"), options); }).code,
              error_code::bad_input);
}

TEST_P(Import, PlacesRowsWithoutAKeyByTheRuleOfTheTable) {
    import_csv(*db, "people", write("p.csv", people_csv(1, 9)));
    import_csv(*db, "visits", write("v.csv", "id,person_id,what\n1,,walk\n2,3,talk\n3,,rest\n"));
    EXPECT_EQ(count("visits"), 3);
    EXPECT_EQ(verify(*db, {"visits"}).problems, 0);
}

TEST_P(Import, AsksTheDirectoryWhereKeysLive) {
    for (std::uint32_t i = 0; i < 6; ++i)
        db->assign("places", {value{arg{std::string_view{"c" + std::to_string(i)}}}}, i % 3);
    import_options options;
    options.reject_file = file("r.csv");
    const auto report = import_csv(
        *db, "places", write("p.csv", "code,name\nc0,a\nc1,b\nc5,c\nunknown,d\nc4,e\n"), options);
    EXPECT_EQ(report.loaded, 4);
    EXPECT_EQ(report.rejected, 1);
    EXPECT_NE(text_of(options.reject_file).find("5,\"unroutable_key"), std::string::npos);
    EXPECT_EQ(shards->ask(2, "SELECT COUNT(*) FROM places").at(0), 1);
    EXPECT_EQ(verify(*db, {"places"}).problems, 0);
    shards->execute(1, "INSERT INTO places (code, name) VALUES ('c2', 'x'), ('nowhere', 'y')");
    EXPECT_EQ(verify(*db, {"places"}).problems, 2);
}

TEST_P(Import, TellsItsProgressFromTheCallingThread) {
    struct seen {
        std::thread::id thread = std::this_thread::get_id();
        int calls = 0;
        bool elsewhere = false;
        import_progress last;
    } watch;
    import_options options;
    options.context = &watch;
    options.on_progress = [](void* context, const import_progress& p) {
        auto& w = *static_cast<seen*>(context);
        ++w.calls;
        w.elsewhere = w.elsewhere || std::this_thread::get_id() != w.thread;
        w.last = p;
    };
    const std::string text = people_csv(1, 2000);
    import_csv(*db, "people", write("p.csv", text), options);
    EXPECT_GE(watch.calls, 1);
    EXPECT_FALSE(watch.elsewhere);
    EXPECT_EQ(watch.last.rows, 2000);
    EXPECT_EQ(watch.last.bytes_done, text.size());
    EXPECT_EQ(watch.last.bytes_total, text.size());
}

TEST_P(Import, AnEmptyFileIsCompleteAtOnce) {
    const std::string p = write("p.csv", "id,name,age\n");
    EXPECT_EQ(import_csv(*db, "people", p).rows_read, 0);
    EXPECT_TRUE(import_csv(*db, "people", p).already_complete);
}

INSTANTIATE_TEST_SUITE_P(Clusters, Import, testing::ValuesIn(test::cluster_kinds()),
                         test::label_of);

}  // namespace
}  // namespace shardwise::ops_test
