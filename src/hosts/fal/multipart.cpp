// SPDX-License-Identifier: Apache-2.0
#include "hosts/fal/multipart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <react1/error.hpp>
#include <utility>
#include <vector>

#include "core/log.hpp"
#include "core/redact.hpp"
#include "core/sha256.hpp"
#include "hosts/common/stored_size.hpp"
#include "hosts/fal/part_group.hpp"
#include "hosts/fal/upload_url.hpp"
#include "http/engine/body_files.hpp"
#include "store/common/patience.hpp"

namespace react1::hosts {
namespace {

/// The state of an upload in parts: new, or resumed from an earlier attempt.
class PartedUpload {
 public:
  PartedUpload(const fal::Session& session, const LocalFile& file, UploadMemory* memory, const RunContext& context)
      : session_(session),
        file_(file),
        context_(context),
        content_(content_of(file)),
        memory_(file.sha256.empty() ? nullptr : memory) {}
  PartedUpload(const PartedUpload&) = delete;
  PartedUpload& operator=(const PartedUpload&) = delete;
  ~PartedUpload() {
    if (kept_) memory_->release(content_);
  }

  std::string run() {
    const bool resumed = take_over();
    if (!resumed) begin();
    try {
      send();
    } catch (const Refused& refused) {
      forget();
      if (!resumed) throw error_of(refused);
      log::info("fal", fmt::format("the host refused to resume an earlier upload (HTTP {}); starting again",
                                   refused.response.status));
      begin();
      try {
        send();
      } catch (const Refused& again) {
        forget();
        throw error_of(again);
      }
    }
    forget();
    return upload_.file_url;
  }

 private:
  bool take_over() {
    auto begun = memory_ != nullptr ? memory_->resume(content_) : std::nullopt;
    if (!begun) return false;
    kept_ = true;
    for (const std::string* url : {&begun->upload_url, &begun->file_url}) {
      if (session_.endpoints().may_transfer(*url)) continue;
      forget();
      return false;
    }
    upload_ = std::move(*begun);
    context_.observer->on_note(
        {Note::Level::info, "upload_resumed",
         fmt::format("{}: an earlier upload left {} of {} parts", file_.path, upload_.etags.size(), parts().size())});
    return true;
  }

  void begin() {
    fal::UploadTarget target = initiate(session_, session_.endpoints().initiate_multipart(), file_, context_);
    upload_ = {std::move(target.upload_url), std::move(target.file_url), session_.options().upload.part_bytes};
    kept_ = memory_ != nullptr && memory_->begin(content_, upload_);
  }

  void send() {
    PartGroup group(session_, file_, upload_.upload_url, planned(parts()), upload_.etags,
                    [this](int number, const std::string& etag) {  // on a thread of the group
                      const store::StopScope stoppable(context_.stop);
                      if (kept_) memory_->arrived(content_, number, etag);
                    });
    complete(group.run(session_.options().upload.parts_at_once, context_));
  }

  void complete(const std::map<int, std::string>& etags) {
    const std::string url = below(upload_.upload_url, "complete");
    http::Request request = session_.without_key(http::Method::post, url);
    request.headers.add("Content-Type", "application/json");
    request.decode = true;
    request.body = http::TextBody{fal::write_complete(etags)};
    http::Outcome outcome = http::perform_with_retry(session_.transport(), request, session_.retry(), context_);
    const std::string action = fmt::format("joining the parts of {}", file_.path);
    if (auto* answer = std::get_if<http::Response>(&outcome); answer != nullptr && refuses(*answer)) {
      if (is_there()) return;
      throw Refused{std::move(*answer), action};
    }
    static_cast<void>(fal::expect_ok(std::move(outcome), {redact_url(url), action}, session_.options().key));
  }

  /// The first attempt may have succeeded and its answer been lost; a second one then finds no parts.
  [[nodiscard]] bool is_there() const {
    const StoredSize stored =
        stored_size(session_.transport(), session_.without_key(http::Method::get, upload_.file_url), context_);
    return stored.kind == StoredSize::Kind::known && stored.bytes == file_.bytes;
  }

  [[nodiscard]] static bool refuses(const http::Response& answer) {
    return answer.status >= 400 && answer.status < 500 && !http::is_retryable_status(answer.status);
  }

  [[nodiscard]] Error error_of(const Refused& refused) const {
    return storage_refusal(refused.response, {redact_url(upload_.upload_url), refused.action}, session_.options().key);
  }

  /// The parts with the digests of a read whose total digest is the planned one. A part that an earlier attempt has
  /// sent was compared by that attempt.
  [[nodiscard]] std::vector<Part> planned(std::vector<Part> parts) const {
    if (file_.sha256.empty()) return parts;
    http::FileReader reader(file_.path, /*offset=*/0, file_.bytes);
    Sha256 whole;
    std::vector<char> block(std::size_t{1} << 17U);
    for (Part& part : parts) {
      Sha256 own;
      for (std::int64_t left = part.bytes; left > 0;) {
        const auto room = std::min(block.size(), static_cast<std::size_t>(left));
        const auto got = reader.problem().empty() ? reader.read(block.data(), room) : std::nullopt;
        if (!got) throw Error(ErrorCode::io, file_.path, "cannot be uploaded", {.detail = reader.problem()});
        whole.update(block.data(), *got);
        own.update(block.data(), *got);
        left -= static_cast<std::int64_t>(*got);
      }
      part.sha256 = own.hex();
    }
    require_as_planned(whole.hex(), file_.sha256, file_.path);
    return parts;
  }

  [[nodiscard]] std::vector<Part> parts() const { return parts_of(file_.bytes, upload_.part_bytes); }

  void forget() {
    if (kept_) memory_->forget_parts(content_);
    kept_ = false;
  }

  const fal::Session& session_;
  const LocalFile& file_;
  const RunContext& context_;
  const Content content_;
  UploadMemory* const memory_;
  UploadMemory::Begun upload_;
  bool kept_ = false;  ///< this object holds it in the memory
};

}  // namespace

std::string below(const std::string& upload_url, const std::string& suffix) {
  const auto query = std::min(upload_url.find('?'), upload_url.size());
  return upload_url.substr(0, query) + "/" + suffix + upload_url.substr(query);
}

std::string upload_in_parts(const fal::Session& session, const LocalFile& file, UploadMemory* memory,
                            const RunContext& context) {
  return PartedUpload(session, file, memory, context).run();
}

}  // namespace react1::hosts
