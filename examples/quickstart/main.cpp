// SPDX-License-Identifier: MIT
// shardwise_quickstart: the article's walk-through, then a year of orders of a real shop over four
// shards. Without arguments on SQLite files in ./quickstart-data; with --url (four times) anywhere.
// Answers go to standard output and are the same on every engine; progress goes to standard error.
#include <shardwise/ops/import.hpp>
#include <shardwise/ops/verify.hpp>

#include <unistd.h>
#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>

#include "shop.hpp"
#include "walk_through.hpp"

namespace sw = shardwise;
using namespace shop;

namespace {

struct settings {
    std::string data = "examples/data/online_retail";
    std::string folder = "quickstart-data";
    std::vector<std::string> urls;
};

std::vector<sw::shard_url> shards_of(const settings& s) {
    std::vector<sw::shard_url> shards;
    for (std::size_t i = 0; i < 4; ++i) {
        const std::string name = "s" + std::to_string(i + 1);
        shards.push_back(
            {name, s.urls.empty() ? "sqlite:///" + s.folder + "/" + name + ".db" : s.urls[i]});
    }
    return shards;
}

void show_progress(void* file, const sw::import_progress& p) {
    if (isatty(STDERR_FILENO) == 0 || p.bytes_total == 0) return;
    const auto done = static_cast<int>(30 * p.bytes_done / p.bytes_total);
    std::fprintf(stderr, "\r  %-18s [%.*s%*s] %9lld rows", static_cast<const char*>(file), done,
                 "==============================", 30 - done, "", static_cast<long long>(p.rows));
}

void import(sw::cluster& db, const settings& s) {
    static const char* const files[][2] = {{"countries", "countries.csv"},
                                           {"products", "products.csv"},
                                           {"customers", "customers.csv"},
                                           {"orders", "orders.csv.gz"},
                                           {"order_lines", "order_lines.csv.gz"}};
    std::int64_t total = 0;
    for (const auto& [table, file] : files) {
        sw::import_options options;
        options.on_progress = &show_progress;
        options.context = const_cast<char*>(file);
        const auto report = sw::import_csv(db, table, s.data + "/" + file, options);
        if (isatty(STDERR_FILENO) != 0) std::fputc('\n', stderr);
        total += report.rows_read;
        std::printf("%-12s %7lld rows\n", table, static_cast<long long>(report.rows_read));
    }
    std::printf("%-12s %7lld rows\n", "together", static_cast<long long>(total));
}

/// "customers per country (4 of 4 shards: all)"
template <class Q>
auto ask(sw::session& session, const char* question, const Q& query) {
    const auto plan = session.explain(query);
    std::printf("\n%s (%zu of %zu shards asked: %s)\n", question, plan.shards.size(),
                plan.shard_count, plan.route.c_str());
    return session.all(query);
}

void questions(sw::cluster& db) {
    sw::session session{db};
    for (auto [country, n] :
         ask(session, "customers per country, the first five",
             sw::select(countries.name, sw::count(customers.customer_id))
                 .join<Customer>(customers.country_id == countries.country_id)
                 .group_by(countries.name)
                 .order_by(sw::desc(sw::count(customers.customer_id)), countries.name)
                 .limit(5)))
        std::printf("    %-16s %6lld\n", country.c_str(), static_cast<long long>(n));

    const auto of_one =
        sw::select<Order>().where(orders.customer_id == 12347).order_by(orders.ordered_at);
    static_assert(sw::routes_to_one_shard<decltype(of_one)>);  // proven by its type
    for (auto order : ask(session, "orders of customer 12347", of_one))
        std::printf("    %s  %s  %s\n", order->order_no.c_str(),
                    order->ordered_at.to_string().c_str(), order->kind.c_str());

    for (auto [customer, lines, revenue] :
         ask(session, "top five customers by revenue",
             sw::select(order_lines.customer_id, sw::count(),
                        sw::sum(order_lines.quantity * order_lines.unit_price))
                 .where(order_lines.customer_id.is_not_null())
                 .group_by(order_lines.customer_id)
                 .order_by(sw::desc(sw::sum(order_lines.quantity * order_lines.unit_price)))
                 .limit(5)))
        std::printf("    %lld  %6lld lines  %12s\n", static_cast<long long>(*customer),
                    static_cast<long long>(lines), revenue->to_string().c_str());

    for (auto [n, revenue] :
         ask(session, "lines and revenue of the year",
             sw::select(sw::count(order_lines.line_id),
                        sw::sum(order_lines.quantity * order_lines.unit_price))))
        std::printf("    %lld lines, %s\n", static_cast<long long>(n),
                    revenue->to_string().c_str());
}

void rows_per_shard(sw::cluster& db) {
    std::printf("\nrows per shard\n");
    for (const sw::shard_status& shard : db.status(true)) {
        std::printf("    %s", shard.name.c_str());
        for (const auto& t : shard.rows)
            if (t.table != "users" && !t.table.starts_with("sw_unique_"))
                std::printf("  %s %lld", t.table.c_str(), static_cast<long long>(t.rows));
        std::printf("\n");
    }
    const sw::verify_report checked = sw::verify(db);
    std::printf("every row is on its shard, exactly once: %s\n",
                checked.problems == 0 ? "yes" : "NO");
}

int run(const settings& s) {
    if (s.urls.empty()) std::filesystem::create_directories(s.folder);
    sw::cluster db(shards_of(s), {.name = "quickstart"});
    std::printf("== The article's walk-through\n");
    walk_through(db);
    std::printf("\n== A year of orders over four shards\n");
    const auto created = db.create_all<Country, Product, Customer, Order, OrderLine>();
    if (!created.complete()) {
        std::fprintf(stderr, "%s\n", created.to_string().c_str());
        return 1;
    }
    import(db, s);
    questions(db);
    rows_per_shard(db);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    settings s;
    CLI::App app{"The article's walk-through and a year of orders over four shards"};
    app.add_option("--data", s.data, "folder with the online retail CSV files");
    app.add_option("--folder", s.folder, "where the SQLite shards are kept");
    app.add_option("--url", s.urls, "URL of a shard; four times, instead of SQLite files")
        ->expected(4);
    CLI11_PARSE(app, argc, argv);
    try {
        return run(s);
    } catch (const sw::error& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
}
