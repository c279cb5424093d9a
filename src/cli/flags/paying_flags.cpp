// SPDX-License-Identifier: Apache-2.0
#include "cli/flags/paying_flags.hpp"

#include <fmt/format.h>

#include <react1/error.hpp>
#include <stdexcept>

#include "cli/flags/flags.hpp"

namespace react1::cli {
namespace {

Rational parse_usd(const std::string& text) {
  try {
    if (const Rational amount = Rational::parse(text); amount >= 0) return amount;
  } catch (const std::logic_error&) {  // not a number: told below
  } catch (const std::overflow_error&) {
  }
  throw Error(ErrorCode::usage, "amount", fmt::format("\"{}\" is no amount of US dollars", text),
              {.hint = "a number from 0 on, as in 2.50"});
}

}  // namespace

void add_paying_flags(CLI::App& command, PayingFlags& flags) {
  command.add_flag("--again", flags.again, "Pay a second time although the same clips and parameters were paid before");
  add_value(command, "--max-cost", flags.max_cost, "Send nothing when the call would cost more than this, as predicted")
      ->option_text("USD");
}

void add_on_interrupt_flag(CLI::App& command, PayingFlags& flags) {
  add_value(command, "--on-interrupt", flags.on_interrupt,
            "A paid request at Ctrl-C: detach: it goes on (default); cancel: the service is asked to cancel it")
      ->option_text("HOW");
}

void lay_over(PipelineOptions& options, const PayingFlags& flags) {
  options.again = flags.again;
  if (flags.max_cost) options.budget.max_cost_usd = value_of("--max-cost", *flags.max_cost, parse_usd);
  if (flags.on_interrupt) options.on_interrupt = value_of("--on-interrupt", *flags.on_interrupt, parse_on_interrupt);
}

}  // namespace react1::cli
