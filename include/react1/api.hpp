// SPDX-License-Identifier: Apache-2.0
// Included by every public header: the export macro and the ABI namespace.
#pragma once

/// Marks what the shared library exports. A marked class exports all its members.
#define REACT1_API __attribute__((visibility("default")))
/// Marks a member class that is not exported although the class around it is.
#define REACT1_LOCAL __attribute__((visibility("hidden")))

/// Everything is in `react1::v0_1`, an inline namespace, so it is written `react1::…`. Before 1.0 a minor release may
/// change the interface: the name then changes with the soname, and a program that was compiled against other headers
/// does not link or load. The headers open it by `namespace react1::REACT1_ABI {`.
#define REACT1_ABI inline v0_1
