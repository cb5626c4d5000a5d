// SPDX-License-Identifier: MIT
#pragma once

#include <shardwise/cluster/cluster.hpp>

/// The article's steps on two shards; prints what happens.
void walk_through(shardwise::cluster& db);
