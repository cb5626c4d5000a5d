// SPDX-License-Identifier: MIT
#include "exec/row_spool.hpp"

#include <gtest/gtest.h>

namespace shardwise::exec {
namespace {

void write_and_read(std::size_t memory, int rows) {
    held_memory held{{}};
    row_spool spool(4, held, memory);
    for (int i = 0; i < rows; ++i) {
        const std::string text =
            "text " + std::to_string(i) + std::string(static_cast<std::size_t>(i % 50), 'x');
        const arg row[] = {arg{std::int64_t{i}}, i % 3 == 0 ? arg{} : arg{std::string_view(text)},
                           arg{decimal::from_unscaled(i, 2)},
                           arg::of_bytes(text.data(), text.size())};
        spool.append(row);
    }
    arg row[4];
    for (int i = 0; i < rows; ++i) {
        ASSERT_TRUE(spool.next(row));
        const std::string text =
            "text " + std::to_string(i) + std::string(static_cast<std::size_t>(i % 50), 'x');
        ASSERT_EQ(row[0].integer(), i);
        ASSERT_EQ(row[1].is_null(), i % 3 == 0);
        if (i % 3 != 0) {
            ASSERT_EQ(row[1].text(), text);
        }
        ASSERT_EQ(row[2].as_decimal(), decimal::from_unscaled(i, 2));
        ASSERT_EQ(row[3].kind(), kind::blob);
        ASSERT_EQ(row[3].text(), text);
    }
    EXPECT_FALSE(spool.next(row));
    EXPECT_FALSE(spool.next(row));
}

TEST(RowSpool, GivesRowsBackFromMemory) { write_and_read(1 << 20, 1000); }
TEST(RowSpool, GivesRowsBackFromItsFile) { write_and_read(1000, 1000); }
TEST(RowSpool, GivesRowsBackWhenTheFileEndsWithTheLastRow) { write_and_read(1, 10); }
TEST(RowSpool, MayBeEmpty) { write_and_read(1000, 0); }

}  // namespace
}  // namespace shardwise::exec
