// SPDX-License-Identifier: Apache-2.0
// plan() and prepare(): the first half of the main job as commands of their own, and the folder that prepare writes to.
#include <filesystem>
#include <react1/error.hpp>
#include <react1/json.hpp>
#include <react1/pipeline.hpp>
#include <string>
#include <system_error>

#include "core/atomic_file.hpp"
#include "core/boundary.hpp"
#include "core/json_text.hpp"
#include "core/output_place.hpp"
#include "core/own_folder.hpp"
#include "core/part_file.hpp"
#include "core/sha256.hpp"
#include "stages/prepare/preprocess.hpp"

namespace react1::REACT1_ABI {
namespace {

/// A folder that exists and can be written to, before any work is done.
void require_folder(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error || !std::filesystem::is_directory(directory)) {
    throw Error(ErrorCode::io, directory.string(), "can't be used as the output folder",
                {.detail = error ? error.message() : "it is not a folder"});
  }
}

/// In a handler of `error`: rethrows it, with `folder` in place of a temporary path.
[[noreturn]] void rethrow_outside(const Error& error, const std::filesystem::path& workshop,
                                  const std::filesystem::path& folder) {
  const std::filesystem::path where(error.where());
  if (error.where().rfind(workshop.string(), 0) != 0) throw;
  throw Error(error.code(), (folder / where.filename()).string(), error.message(),
              {.detail = error.detail(), .hint = error.hint(), .retryable = error.retryable()});
}

/// Moves a made clip to its place; a byte-identical file stays. Returns the new path. An existing
/// other file was already checked with `place`.
std::string move_into(const OutputPlace& place, const PreparedClip& clip) {
  if (!place.existing || sha256_file(place.file) != clip.sha256) {
    std::error_code error;
    std::filesystem::rename(clip.path, place.file, error);  // same file system, so it is atomic
    if (error) {
      throw Error(ErrorCode::io, place.named.string(), "can't move the finished clip here",
                  {.detail = error.message()});
    }
  }
  return place.named.string();
}

/// The files that prepare() makes.
struct PreparedPlaces {
  OutputPlace video, audio, document;
};

[[noreturn]] void refuse_to_replace(const OutputPlace& place, const char* why) {
  throw Error(ErrorCode::usage, place.named.string(), why,
              {.hint = "choose another output folder, or replace it with --overwrite"});
}

/// Before any work: existing files must be an earlier preparation of ours, by its document and the clips' sha256.
void require_ours(const PreparedPlaces& places) {
  Json document;
  if (places.document.existing) {
    try {
      document = read_json(read_file(places.document.file)).value_or(Json(nullptr));
    } catch (const Error&) {  // not readable: not proved
    }
  }
  const auto is_recorded = [&](const char* which, const OutputPlace& place) {
    if (!place.existing) return true;
    if (!document.is_object() || !document.contains(which) || !document[which].is_object()) return false;
    return document[which].value("sha256", Json(nullptr)) == Json(sha256_file(place.file));
  };
  constexpr const char* kForeign = "exists, is not known to be a clip that react1 prepared, and is not replaced";
  if (!is_recorded("video", places.video)) refuse_to_replace(places.video, kForeign);
  if (!is_recorded("audio", places.audio)) refuse_to_replace(places.audio, kForeign);
  const bool is_ours = !places.document.existing ||
                       (document.is_object() && document.contains("video") && document.contains("prediction"));
  if (!is_ours) refuse_to_replace(places.document, "exists, is not a document of prepare, and is not replaced");
}

/// Once the clips are made: a different existing preparation is not replaced automatically.
void require_same(const OutputPlace& place, const PreparedClip& clip) {
  if (stamp_of(place.file) != place.existing)
    refuse_to_replace(place, "was made or changed meanwhile, and is not replaced");
  if (place.existing && sha256_file(place.file) != clip.sha256)
    refuse_to_replace(place, "exists, was prepared from other clips or in another way, and is not replaced");
}

/// Preparing into the folder of an input would replace it when it has the name of a clip.
void require_not_an_input(const std::filesystem::path& output, const Source& input) {
  if (input.is_file(output)) {
    throw Error(ErrorCode::usage, output.string(), "the output would replace an input",
                {.hint = "choose another output folder"});
  }
}

Preparation prepare_into(const Source& video, const Source& audio, const std::string& directory,
                         const PipelineOptions& options, const RunContext& context) {
  const std::filesystem::path folder(directory);
  require_folder(folder);
  for (const char* name : {"video.mp4", "audio.mp3", "prepare.json"}) {
    require_not_an_input(folder / name, video);
    require_not_an_input(folder / name, audio);
  }
  const PreparedPlaces places{look_at_output(folder / "video.mp4"), look_at_output(folder / "audio.mp3"),
                              look_at_output(folder / "prepare.json")};
  if (!options.output.overwrite) require_ours(places);
  // An unwritable folder is found before any work.
  AtomicFile document(places.document, options.output.overwrite ? Existing::replace : Existing::replace_unchanged);
  // Made in a folder of their own, so that a failure of one leaves neither under its final name.
  sweep_parts(folder);
  sweep_workshops(folder);
  const Workshop workshop(folder);
  Preparation preparation;
  try {
    preparation = stages::make_clips(video, audio, workshop.path(), stages::for_its_model(options), context);
  } catch (const Error& error) {
    rethrow_outside(error, workshop.path(), folder);
  }
  if (!options.output.overwrite) {
    require_same(places.video, preparation.video);
    require_same(places.audio, preparation.audio);
  }
  preparation.video.path = move_into(places.video, preparation.video);
  preparation.audio.path = move_into(places.audio, preparation.audio);
  document.write(to_json(preparation) + "\n");
  document.commit();
  return preparation;
}

}  // namespace

Preparation plan(const Source& video, const Source& audio, const PipelineOptions& options, const RunContext& context) {
  return at_boundary("plan", [&] { return stages::plan_clips(video, audio, stages::for_its_model(options), context); });
}

Preparation prepare(const Source& video, const Source& audio, const std::string& directory,
                    const PipelineOptions& options, const RunContext& context) {
  return at_boundary("prepare", [&] { return prepare_into(video, audio, directory, options, context); });
}

}  // namespace react1::REACT1_ABI
