// SPDX-License-Identifier: Apache-2.0
#include "media/picture/motion.hpp"

#include <optional>

#include "media/picture/frame_window.hpp"
#include "media/picture/thumbnail.hpp"

#include <react1/error.hpp>

namespace react1::media {

Motion analyze_motion(const Source& source, int stream_index, const Seconds& start_s, const Seconds& end_s,
                      const AdviceOptions& advice, const SourceOptions& options, const RunContext& context,
                      const std::optional<Seconds>& origin_s) {
  std::optional<Thumbnailer> thumbnailer;
  Thumbnail picture;
  MotionMeter meter(advice);
  for_each_frame(
      source, stream_index, start_s, end_s, options, context,
      [&](const AVFrame& frame, const Seconds& time) {
        if (!thumbnailer) thumbnailer = Thumbnailer::shaped_like(frame.width, frame.height);
        thumbnailer->shrink(frame, picture);
        meter.add(picture, time - start_s);
        return true;
      },
      origin_s);
  if (!meter.has_seen_any()) throw Error{ErrorCode::media, source.name(), "there is no picture in the window"};
  return meter.finish();
}

}  // namespace react1::media
