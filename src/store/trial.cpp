// SPDX-License-Identifier: Apache-2.0
#include "store/trial.hpp"

#include <react1/jobs.hpp>

#include "core/atomic_file.hpp"

namespace react1::store {

void try_store_in(const std::string& folder) {
  const TemporaryDirectory place{folder};
  const std::string path = (place.path() / "jobs.sqlite").string();
  const auto one = open_job_store(path), other = open_job_store(path);
  Job job;
  job.intent = "trial";
  const Job made = one->open(job, /*again=*/false).job;
  if (!other->find(made.id)) {
    throw Error(ErrorCode::io, folder, "what one process writes another does not see",
                {.hint = "keep jobs on a local disk (REACT1_STATE_DIR or --store)"});
  }
}

}  // namespace react1::store
