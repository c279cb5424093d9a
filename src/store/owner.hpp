// Who works on a job: a name for a process that no later process can have, and whether it still runs.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace react1::store {

/// This process: "<machine> <boot id> <pid namespace> <pid> <start time>". Each part is "-" when it cannot be read.
[[nodiscard]] std::string this_process();

/// Whether the process that `owner` names still runs; nullopt when that cannot be seen from here (another machine or
/// container, or text that is no owner).
[[nodiscard]] std::optional<bool> process_alive(std::string_view owner);

}  // namespace react1::store
