// SPDX-License-Identifier: Apache-2.0
#include "store/journal.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include <react1/error.hpp>

#include "core/json_text.hpp"

namespace react1::store {
namespace {

constexpr std::int64_t kSlotBytes = 4096;
constexpr std::string_view kMark = "react1 accepted 1\n";  // begins every slot: proves that the file is ours
constexpr std::int64_t kMaxSlots = 100'000;

[[noreturn]] void fail(const std::string& path, const char* doing, int code) {
  throw Error(ErrorCode::io, path, doing,
              {.detail = std::strerror(code),
               .hint = "the journal of accepted requests has to be writable before anything is paid; free some space, "
                       "make its folder writable, or choose another store with --store"});
}

Descriptor open_file(const std::string& path, int flags) {
  Descriptor file(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, S_IRUSR | S_IWUSR));
  if (file.get() < 0) return file;
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) fail(path, "cannot inspect the journal", errno);
  if (!S_ISREG(status.st_mode)) fail(path, "is not a regular file", EINVAL);
  constexpr mode_t kOthers = 077;  // made by another umask, or by hand
  if (status.st_uid == ::geteuid() && (status.st_mode & kOthers) != 0)
    static_cast<void>(::fchmod(file.get(), S_IRUSR | S_IWUSR));
  return file;
}

/// Locks of an open file description: two attempts of one process hold two slots.
bool try_lock(int file, std::int64_t at, const std::string& path) {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = at;
  lock.l_len = kSlotBytes;
  if (::fcntl(file, F_OFD_SETLK, &lock) == 0) return true;
  if (errno == EAGAIN || errno == EACCES) return false;
  fail(path, "cannot lock the journal", errno);
}

void release(int file, std::int64_t at) noexcept {
  struct flock lock {};
  lock.l_type = F_UNLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = at;
  lock.l_len = kSlotBytes;
  static_cast<void>(::fcntl(file, F_OFD_SETLK, &lock));
}

std::string blank() {
  std::string text(kMark);
  text.resize(kSlotBytes - 1, ' ');
  return text + "\n";
}

void write_at(int file, std::int64_t at, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t written = ::pwrite(file, text.data(), text.size(), at);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) fail(path, "cannot write the journal", written < 0 ? errno : ENOSPC);
    at += written;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// A slot's text; shorter at the end of the file.
std::string read_at(int file, std::int64_t at, const std::string& path) {
  std::string text(kSlotBytes, '\0');
  std::size_t have = 0;
  while (have < text.size()) {
    const ssize_t got = ::pread(file, text.data() + have, text.size() - have, at + static_cast<std::int64_t>(have));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(path, "cannot read the journal", errno);
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  text.resize(have);
  return text;
}

/// The text after the mark, without blanks. A slot that a power cut left incomplete is empty.
std::string content_of(const std::string& slot, const std::string& path) {
  if (slot.size() < static_cast<std::size_t>(kSlotBytes)) return {};
  if (!std::string_view(slot).starts_with(kMark))
    fail(path, "is not a journal of react1; it is left unchanged", EINVAL);
  const std::size_t begin = slot.find_first_not_of(" \n", kMark.size());
  if (begin == std::string::npos) return {};
  return slot.substr(begin, slot.find_last_not_of(" \n") + 1 - begin);
}

std::string text_of(const Accepted& accepted) {
  Json document{{"job_id", accepted.job_id},
                {"epoch", accepted.epoch},
                {"request_id", accepted.request.request_id},
                {"status_url", accepted.request.status_url},
                {"response_url", accepted.request.response_url},
                {"cancel_url", accepted.request.cancel_url}};
  std::string text = json_text(document, /*indent=*/-1);
  if (text.size() + kMark.size() + 1 <= static_cast<std::size_t>(kSlotBytes)) return text;
  for (const char* url : {"status_url", "response_url", "cancel_url"}) document[url] = "";  // derived from the id
  return json_text(document, /*indent=*/-1);
}

std::optional<Accepted> parse(const std::string& text) {
  try {
    const Json document = read_json(text).value_or(Json());
    return Accepted{document.at("job_id").get<std::string>(), document.at("epoch").get<std::int64_t>(),
                    RequestRef{.request_id = document.at("request_id").get<std::string>(),
                               .status_url = document.at("status_url").get<std::string>(),
                               .response_url = document.at("response_url").get<std::string>(),
                               .cancel_url = document.at("cancel_url").get<std::string>()}};
  } catch (const Json::exception&) {
    return std::nullopt;  // an incomplete note
  }
}

}  // namespace

JournalSlot::JournalSlot(std::string path) : path_(std::move(path)), file_(open_file(path_, O_RDWR | O_CREAT)) {
  if (file_.get() < 0) fail(path_, "cannot open the journal", errno);
  for (std::int64_t slot = 0; slot < kMaxSlots; ++slot) {
    at_ = slot * kSlotBytes;
    if (!try_lock(file_.get(), at_, path_)) continue;
    const std::string text = read_at(file_.get(), at_, path_);
    if (text.size() == static_cast<std::size_t>(kSlotBytes) && content_of(text, path_).empty()) return;
    if (text.size() < static_cast<std::size_t>(kSlotBytes)) {
      // New, or incomplete: written blanks reserve the space for a later note.
      if (!text.empty() && !std::string_view(text).starts_with(kMark.substr(0, text.size())))
        fail(path_, "is not a journal of react1; it is left unchanged", EINVAL);
      write_at(file_.get(), at_, blank(), path_);
      if (::fsync(file_.get()) != 0) fail(path_, "cannot flush the journal", errno);
      return;
    }
    release(file_.get(), at_);  // a note that is not in the store yet: left for recovery
  }
  fail(path_, "holds too many notes that the store doesn't know", ENOSPC);
}

void JournalSlot::write(const Accepted& accepted) {
  std::string text = blank();
  const std::string note = text_of(accepted);
  text.replace(kMark.size(), note.size(), note);
  write_at(file_.get(), at_, text, path_);
  if (::fdatasync(file_.get()) != 0) fail(path_, "cannot flush the journal", errno);
}

void JournalSlot::clear() noexcept {
  try {
    write_at(file_.get(), at_, blank(), path_);
  } catch (const Error&) {  // found again later and recognised as known
  }
}

std::vector<FoundNote> read_journal(const std::string& path) {
  std::vector<FoundNote> notes;
  const Descriptor file = open_file(path, O_RDWR);
  if (file.get() < 0) {
    if (errno == ENOENT) return notes;
    fail(path, "cannot open the journal", errno);
  }
  for (std::int64_t slot = 0; slot < kMaxSlots; ++slot) {
    const std::int64_t at = slot * kSlotBytes;
    const std::string text = read_at(file.get(), at, path);
    if (text.empty()) break;
    const std::string content = content_of(text, path);
    if (content.empty() || !try_lock(file.get(), at, path)) continue;  // the attempt still runs
    if (auto accepted = parse(content)) notes.push_back({at, std::move(*accepted)});
  }
  return notes;
}

void forget_note(const std::string& path, const FoundNote& note) {
  const Descriptor file = open_file(path, O_RDWR);
  if (file.get() < 0 || !try_lock(file.get(), note.at, path)) return;
  const auto now = parse(content_of(read_at(file.get(), note.at, path), path));
  if (!now || now->job_id != note.accepted.job_id || now->epoch != note.accepted.epoch) return;  // used again meanwhile
  write_at(file.get(), note.at, blank(), path);
}

}  // namespace react1::store
