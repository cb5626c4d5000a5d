// SPDX-License-Identifier: MIT
// k sorted streams into one. The heads are compared where the driver decoded them; only the
// winner's args (not what they point to) are copied. Equal rows come in the order of the shards.
#include <algorithm>

#include "exec/operators.hpp"
#include "exec/row_buffer.hpp"
#include "exec/row_order.hpp"
#include "exec/shard_streams.hpp"
#include "shardwise/base/error.hpp"

namespace shardwise::exec {
namespace {

/// A server that sorts text by another collation than by its bytes would be merged wrongly without
/// anybody noticing: each stream's rows are checked to ascend. Only for sort keys with text; all
/// other kinds have one order everywhere.
class order_check {
public:
    order_check(const row_order& order, const std::vector<sql::typed>& columns, std::size_t streams)
        : order_(order) {
        for (const plan::sort_key& k : order.keys())
            needed_ = needed_ || columns[k.column].type == column_type::text;
        if (!needed_) return;
        last_.resize(streams);
        for (previous& p : last_) {
            p.row.resize(columns.size());
            p.texts.resize(order.keys().size());
        }
    }

    void accept(std::size_t stream, const arg* row, shard_stream& from) {
        if (!needed_) return;
        previous& p = last_[stream];
        if (p.any && order_(p.row.data(), row) > 0) refuse_text_order(from);
        p.any = true;
        for (std::size_t i = 0; i < order_.keys().size(); ++i) {
            const arg& v = row[order_.keys()[i].column];
            arg& kept = p.row[order_.keys()[i].column];
            kept = v;
            if (!points_outside(v)) continue;
            p.texts[i].assign(v.text());
            kept = relocated(v, p.texts[i].data());
        }
    }

private:
    struct previous {
        bool any = false;
        std::vector<arg> row;            ///< only the sort columns are set
        std::vector<std::string> texts;  ///< their texts, one for each key
    };
    const row_order& order_;
    bool needed_ = false;
    std::vector<previous> last_;
};

class merge final : public operator_node {
public:
    merge(const plan::merge_sort& op, std::vector<request> requests,
          const std::vector<sql::typed>& columns, const execution& how)
        : order_(op.keys),
          check_(order_, columns, requests.size()),
          streams_(std::make_unique<shard_streams>(std::move(requests), how)) {
        heads_.resize(streams_->size());
    }

    bool next(std::span<arg> row) override {
        if (!streams_) return false;
        if (!begun_)
            begin();
        else
            refill();
        if (heap_.empty()) {
            streams_.reset();
            return false;
        }
        const std::size_t winner = heap_.front();
        std::copy_n(heads_[winner], row.size(), row.begin());
        shard_ = (*streams_)[winner].shard();
        return true;
    }

    sharding::shard_index shard_of_row() const noexcept override { return shard_; }
    std::size_t expected_rows() const noexcept override {
        return streams_ ? streams_->expected_rows() : 0;
    }

private:
    bool pull(std::size_t i) {
        heads_[i] = streams_->pull(i);
        if (heads_[i]) check_.accept(i, heads_[i], (*streams_)[i]);
        return heads_[i] != nullptr;
    }

    bool before(std::size_t a, std::size_t b) const {
        const int order = order_(heads_[a], heads_[b]);
        return order < 0 || (order == 0 && a < b);
    }

    void begin() {
        begun_ = true;
        for (std::size_t i = 0; i < streams_->size(); ++i)
            if (pull(i)) heap_.push_back(i);
        std::make_heap(heap_.begin(), heap_.end(),
                       [this](std::size_t a, std::size_t b) { return before(b, a); });
    }

    /// The winner of the last call moves on; its row was the caller's until now.
    void refill() {
        if (heap_.empty()) return;
        if (!pull(heap_.front())) {
            heap_.front() = heap_.back();
            heap_.pop_back();
        }
        sift_down();
    }

    void sift_down() {
        for (std::size_t at = 0;;) {
            std::size_t least = at;
            for (std::size_t child = 2 * at + 1; child <= 2 * at + 2; ++child)
                if (child < heap_.size() && before(heap_[child], heap_[least])) least = child;
            if (least == at) return;
            std::swap(heap_[at], heap_[least]);
            at = least;
        }
    }

    row_order order_;
    order_check check_;
    std::unique_ptr<shard_streams> streams_;
    std::vector<const arg*> heads_;
    std::vector<std::size_t> heap_;  ///< streams with a row, the least first
    bool begun_ = false;
    sharding::shard_index shard_ = 0;
};

}  // namespace

operator_ptr make_merge_sort(const plan::merge_sort& op, const plan::node& n,
                             const execution& how) {
    const auto* const leaf = std::get_if<plan::scatter>(&op.input->op);
    // Whatever else the input is, it has one order or none.
    if (!leaf)
        return make_sort({op.keys, op.input}, open_node(op.input, how), n.columns.size(), how);
    std::vector<request> requests = requests_of(*op.input, how);
    if (how.missing) return make_gathered(std::move(requests), how, op.keys, op.input->columns);
    if (requests.size() < 2) return open_node(op.input, how);
    return std::make_unique<merge>(op, std::move(requests), op.input->columns, how);
}

}  // namespace shardwise::exec
