// SPDX-License-Identifier: Apache-2.0
// The document of a failure.
#include "record/documents.hpp"
#include "record/values.hpp"

namespace react1::record {

Json document(const Error& error) {
  Json body{{"code", to_string(error.code())},
            {"exit_code", exit_code(error.code())},
            {"where", json_text_or_null(error.where())},
            {"message", error.message()},
            {"detail", json_text_or_null(error.detail())},
            {"retryable", error.retryable()},
            {"hint", json_text_or_null(error.hint())},
            {"request_id", json_text_or_null(error.request_id())}};
  body["problems"] = array_of(error.problems(), [](const ServiceProblem& problem) {
    return Json{{"type", json_text_or_null(problem.type)},
                {"location", json_text_or_null(problem.location)},
                {"message", json_text_or_null(problem.message)},
                {"context", embedded(problem.context)}};
  });
  return {{"schema", kSchema}, {"error", std::move(body)}};
}

}  // namespace react1::record
