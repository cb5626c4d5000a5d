// SPDX-License-Identifier: MIT
#include "by_hand/by_hand.hpp"

namespace bench {
namespace {

class by_hand_program final : public program {
public:
    explicit by_hand_program(const shards_file& file) : file_(file) {}

    std::unique_ptr<client> make_client(const std::string& workload, unsigned number) override {
        std::unique_ptr<client> made;
        switch (file_.kind()) {
            case server_kind::sqlite:
                made = sqlite_client(file_, workload, number);
                break;
            case server_kind::postgres:
                made = postgres_client(file_, workload, number);
                break;
            case server_kind::mariadb:
                made = mariadb_client(file_, workload, number);
                break;
        }
        if (!made) throw unsupported("not written by hand");
        return made;
    }

private:
    shards_file file_;
};

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
    return bench::run_program(argc, argv, [](const bench::shards_file& file) {
        return std::unique_ptr<bench::program>(new bench::by_hand_program(file));
    });
}
