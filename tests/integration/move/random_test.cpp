// SPDX-License-Identifier: MIT
// Random moves, edits, adds and erases, in sessions that commit, roll back and go back to
// savepoints, and the same changes as plain SQL in one SQLite database: the same rows afterwards.
// SHARDWISE_MOVE_ROUNDS=n asks for more of it, SHARDWISE_MOVE_SEED for others.
#include <cstdlib>
#include <random>

#include "fixture.hpp"

namespace shardwise::move_test {
namespace {

std::int64_t number_in(const char* variable, std::int64_t otherwise) {
    const char* const given = std::getenv(variable);
    return given == nullptr ? otherwise : std::atoll(given);
}

/// The words of one transaction, written down until it is known whether it counts.
class single_database {
public:
    single_database() : shards_("sqlite", 1) {
        run("CREATE TABLE accounts (id INTEGER PRIMARY KEY, tenant INTEGER, name TEXT)");
        run("CREATE TABLE docs (id INTEGER PRIMARY KEY, tenant INTEGER, account_id INTEGER, "
            "part_of INTEGER, title TEXT)");
        run("CREATE TABLE pages (id INTEGER PRIMARY KEY, tenant INTEGER, doc_id INTEGER)");
    }
    void run(const std::string& sql) { shards_.execute(0, sql); }
    void add(std::string sql) { words_.push_back(std::move(sql)); }
    std::size_t mark() const { return words_.size(); }
    void back_to(std::size_t mark) { words_.resize(mark); }
    void commit() {
        for (const std::string& w : words_) run(w);
        words_.clear();
    }
    /// As plain updates, level by level.
    void move_account(std::int64_t id, std::int64_t tenant) {
        const std::string to = std::to_string(tenant);
        const std::string of = std::to_string(id);
        add("UPDATE accounts SET tenant = " + to + " WHERE id = " + of);
        add("UPDATE docs SET tenant = " + to + " WHERE account_id = " + of);
        add("UPDATE pages SET tenant = " + to +
            " WHERE doc_id IN (SELECT id FROM docs WHERE account_id = " + of + ")");
    }
    std::vector<std::string> rows(const std::string& sql) { return shards_.ask_texts(0, sql); }

private:
    test::test_shards shards_;
    std::vector<std::string> words_;
};

class MoveRandomly : public Move {
protected:
    std::mt19937 random;
    single_database one;
    std::int64_t next_id = 1;

    std::int64_t below(std::int64_t n) {
        return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n));
    }
    /// Objects of a session live as long as it: some are known when their parent moves.
    struct held {
        std::vector<ref<account>> accounts;
        std::vector<ref<doc>> docs;
        std::vector<ref<page>> pages;
    };

    template <class E>
    std::optional<ref<E>> any(session& s, std::vector<ref<E>>& keep) {
        auto all = s.all(select<E>());
        std::vector<ref<E>> found(all.begin(), all.end());
        if (found.empty()) return {};
        std::sort(found.begin(), found.end(),
                  [](const auto& a, const auto& b) { return a->id < b->id; });
        const ref<E> one_of =
            found[static_cast<std::size_t>(below(static_cast<std::int64_t>(found.size())))];
        keep.push_back(one_of);
        return one_of;
    }
    static std::string text(std::int64_t n) { return std::to_string(n); }

    void move_by_object(session& s, held& h) {
        const auto a = any(s, h.accounts);
        if (!a) return;
        if (below(3) == 0) any(s, h.docs);
        const std::int64_t to = below(9);
        a->edit().tenant = to;
        one.move_account((*a)->id, to);
        if (below(2) == 0) {
            a->edit().name = "moved" + text(to);
            one.add("UPDATE accounts SET name = 'moved" + text(to) +
                    "' WHERE id = " + text((*a)->id));
        }
    }
    void move_by_statement(session& s, held& h) {
        const auto a = any(s, h.accounts);
        if (!a) return;
        s.flush();
        const std::int64_t to = below(9);
        EXPECT_EQ(s.run(update<account>().set(accounts.tenant, to).where(accounts.id == (*a)->id)),
                  1);
        one.move_account((*a)->id, to);
    }
    void add_something(session& s, held& h) {
        const std::int64_t id = next_id++;
        const auto a = below(3) == 0 ? std::nullopt : any(s, h.accounts);
        if (!a) {
            const std::int64_t tenant = below(9);
            s.add(account{.id = id, .tenant = tenant, .name = "n", .email = text(id) + "@x"});
            one.add("INSERT INTO accounts VALUES (" + text(id) + ", " + text(tenant) + ", 'n')");
            return;
        }
        const std::int64_t tenant = (*a)->tenant;
        const auto d = below(2) == 0 ? std::nullopt : any(s, h.docs);
        if (d) {
            s.add(a_page(id, (*d)->tenant, (*d)->id));
            one.add("INSERT INTO pages VALUES (" + text(id) + ", " + text((*d)->tenant) + ", " +
                    text((*d)->id) + ")");
            return;
        }
        s.add(doc{.id = id, .tenant = tenant, .account_id = (*a)->id, .part_of = {}, .title = "t"});
        one.add("INSERT INTO docs VALUES (" + text(id) + ", " + text(tenant) + ", " +
                text((*a)->id) + ", NULL, 't')");
    }
    void edit_something(session& s, held& h) {
        const auto d = any(s, h.docs);
        if (!d) return;
        const std::string title = "e" + text(below(1'000));
        d->edit().title = title;
        one.add("UPDATE docs SET title = '" + title + "' WHERE id = " + text((*d)->id));
    }
    void erase_something(session& s, held& h) {
        const auto p = any(s, h.pages);
        if (!p) return;
        s.erase(*p);
        one.add("DELETE FROM pages WHERE id = " + text((*p)->id));
    }
    void step(session& s, held& h) {
        switch (below(8)) {
            case 0:
            case 1:
                return add_something(s, h);
            case 2:
                return edit_something(s, h);
            case 3:
                return erase_something(s, h);
            case 4:
                return move_by_statement(s, h);
            default:
                return move_by_object(s, h);
        }
    }
    void unit() {
        session s{*db};
        held h;
        const std::int64_t steps = 1 + below(5);
        for (std::int64_t i = 0; i < steps; ++i) {
            if (below(4) != 0) {
                step(s, h);
                continue;
            }
            auto sp = s.savepoint();
            const std::size_t mark = one.mark();
            step(s, h);
            step(s, h);
            if (below(2) == 0) {
                sp.rollback();
                one.back_to(mark);
            } else {
                sp.release();
            }
        }
        if (below(4) == 0) {
            s.rollback();
            one.back_to(0);
        } else {
            s.commit();
            one.commit();
        }
        // What the session knows is what a fresh one reads.
        session fresh{*db};
        for (const auto& a : h.accounts) {
            if (a.state() != object_state::persistent) continue;
            const auto other = fresh.one(select<account>().where(accounts.id == a->id));
            EXPECT_EQ(a->tenant, other->tenant);
            EXPECT_EQ(a.shard(), other.shard());
        }
        for (const auto& d : h.docs) {
            if (d.state() != object_state::persistent) continue;
            const auto other = fresh.one(select<doc>().where(docs.id == d->id));
            EXPECT_EQ(d.shard(), other.shard());
            EXPECT_EQ(d->tenant, other->tenant);
        }
    }
    void compare() {
        const std::map<std::string, std::vector<std::string>> tables{
            {"accounts", {"id", "tenant", "name"}},
            {"docs", {"id", "tenant", "account_id", "title"}},
            {"pages", {"id", "tenant", "doc_id"}}};
        for (const auto& [table, columns] : tables) {
            std::string words = "CONCAT(";
            std::string single;
            for (const std::string& c : columns) {
                words += (words.back() == '(' ? "" : ", '|', ") + c;
                single += (single.empty() ? "" : " || '|' || ") + c;
            }
            std::vector<std::string> found;
            for (std::size_t i = 0; i < shard_count; ++i) {
                const bool file = (*shards)[i].url.starts_with("sqlite");
                for (std::string& row : shards->ask_texts(
                         i, "SELECT " + (file ? single : words + ")") + " FROM " + table))
                    found.push_back(std::move(row));
                EXPECT_EQ(shards
                              ->ask(i, "SELECT COUNT(*) FROM " + table + " WHERE tenant % 3 <> " +
                                           std::to_string(i))
                              .at(0),
                          0);
            }
            std::vector<std::string> expected = one.rows("SELECT " + single + " FROM " + table);
            std::sort(found.begin(), found.end());
            std::sort(expected.begin(), expected.end());
            EXPECT_EQ(found, expected) << table;
        }
    }
};

TEST_P(MoveRandomly, LeavesTheRowsOfASingleDatabase) {
    const std::int64_t rounds = number_in("SHARDWISE_MOVE_ROUNDS", 40);
    const std::int64_t seed = number_in("SHARDWISE_MOVE_SEED", 1);
    random.seed(static_cast<std::uint32_t>(seed));
    for (std::int64_t i = 0; i < rounds && !HasFailure(); ++i) {
        SCOPED_TRACE("round " + std::to_string(i) + " of seed " + std::to_string(seed));
        ASSERT_NO_THROW(unit());
        if (i % 5 == 4) compare();
    }
    compare();
    EXPECT_TRUE(db->pending_transactions().empty());
}

INSTANTIATE_TEST_SUITE_P(Clusters, MoveRandomly, testing::ValuesIn(test::cluster_kinds()),
                         label_of);

}  // namespace
}  // namespace shardwise::move_test
