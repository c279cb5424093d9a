// SPDX-License-Identifier: Apache-2.0
// What every JobStore must do, whatever keeps the rows. Each implementation runs this suite with its own factory.
#pragma once

#include <functional>
#include <memory>

#include <react1/jobs.hpp>

namespace react1::test {

/// Opens another handle on the same, initially empty, store.
using StoreFactory = std::function<std::unique_ptr<JobStore>()>;

/// Runs all checks; `fresh_place` gives a factory for a new empty store each time it is called.
void run_store_contract(const std::function<StoreFactory()>& fresh_place);

/// A job with every field set, so that a forgotten column shows.
[[nodiscard]] Job sample_job(const std::string& intent);

}  // namespace react1::test
