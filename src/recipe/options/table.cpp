// SPDX-License-Identifier: Apache-2.0
#include "recipe/options/table.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace react1::recipe {
namespace {

std::vector<Option> all_rows() {
  std::vector<Option> rows;
  for (const auto part : {window_rows, preprocess_rows, model_rows, advice_rows, service_rows, payment_rows}) {
    std::vector<Option> more = part();
    std::move(more.begin(), more.end(), std::back_inserter(rows));
  }
  return rows;
}

template <class Matches>
const Option* find_row(Matches matches) {
  const auto& rows = option_table();
  const auto hit = std::find_if(rows.begin(), rows.end(), matches);
  return hit == rows.end() ? nullptr : &*hit;
}

}  // namespace

const std::vector<Option>& option_table() {
  static const std::vector<Option> rows = all_rows();
  return rows;
}

const Option* find_by_pointer(std::string_view pointer) {
  return find_row([&](const Option& row) { return !pointer.empty() && row.pointer == pointer; });
}

const Option* find_by_member(std::string_view member) {
  return find_row([&](const Option& row) { return !member.empty() && row.member == member; });
}

const Option* find_by_flag(std::string_view flag) {
  return find_row([&](const Option& row) {
    const auto& names = row.flag.names;
    return std::find(names.begin(), names.end(), flag) != names.end();
  });
}

std::string path_of_member(std::string_view member) {
  for (const Option& row : option_table()) {
    if (row.pointer.empty()) continue;
    if (row.member == member) return shown_path(row.pointer);
    if (row.is_within(member)) return shown_path(row.section());
  }
  return std::string(member);
}

std::span<const Section> sections() noexcept {
  static constexpr std::array all{
      Section{"/window", "Which part of each clip is used."},
      Section{"/window/video",
              "The window of the video. At most two of the three keys; none: from the start, up to max_duration_s."},
      Section{"/window/audio",
              "The window of the audio. At most two of the three keys; none: from the start, up to max_duration_s."},
      Section{"/preprocess", "How the clips are prepared for the service."},
      Section{"/parameters", "The parameters of the model."},
      Section{"/advice", "Thresholds of the lipsync_mode advice. Ratios are audio over video, except where noted."},
      Section{"/retry", "Repeating calls that are safe to repeat; the paid call is not among them."},
      Section{"/wait", "How long react1 waits for a result, and for a service that does not answer."},
      Section{"/lost_answer",
              "A paid call whose answer was lost: react1 looks for it in the service's request history. What is not "
              "found there stays unknown; nothing is sent again."},
      Section{"/webhook",
              "The service reports the end of a request, so that react1 need not poll for it. Needs an https proxy or "
              "tunnel from url to listen."},
      Section{"/budget",
              "Limits of the predicted cost, in US dollars. Nothing is uploaded for a call that exceeds one."},
      Section{"/upload", "How the clips are uploaded."},
      Section{"/price", "Price of the model, for predictions and budgets."},
      Section{"/storage", "Where files of a run are kept."},
  };
  return all;
}

const std::vector<GroupOfFlags>& flag_groups() {
  using enum FlagGroup;
  static const std::vector<GroupOfFlags> groups{
      {clips, "Which part of the clips", {"plan", "prepare", "run", "submit", "preview"}},
      {encoding, "How the clips are prepared", {"plan", "prepare", "run", "submit", "preview"}},
      {model, "Model parameters", {"plan", "prepare", "run", "submit", "preview"}},
      {limits, "Limits", {"probe", "plan", "prepare", "run", "submit", "preview"}},
      {payment, "Payment", {"run", "submit"}},
      {interrupt, "Payment", {"run"}},
      {lost_answer, "Lost answers", {"run", "submit", "jobs resolve"}},
      {upload, "Upload", {"run", "submit"}},
      {webhook, "Webhook", {"run", "submit"}},
  };
  return groups;
}

}  // namespace react1::recipe
