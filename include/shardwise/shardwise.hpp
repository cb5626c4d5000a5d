// SPDX-License-Identifier: MIT
// Everything that a program needs. Cheap to include (docs/performance.md, "compile time").
#pragma once

#include "shardwise/base/error.hpp"
#include "shardwise/cluster/cluster.hpp"
#include "shardwise/model/changes.hpp"
#include "shardwise/model/derived.hpp"
#include "shardwise/model/functions.hpp"
#include "shardwise/model/json_functions.hpp"
#include "shardwise/model/number_functions.hpp"
#include "shardwise/model/statement.hpp"
#include "shardwise/model/subqueries.hpp"
#include "shardwise/model/text_functions.hpp"
#include "shardwise/model/time_functions.hpp"
#include "shardwise/model/windows.hpp"
#include "shardwise/orm/session.hpp"
#include "shardwise/orm/unit_of_work.hpp"
#include "shardwise/version.hpp"
