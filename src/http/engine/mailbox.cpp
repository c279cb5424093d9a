// SPDX-License-Identifier: Apache-2.0
#include "http/engine/mailbox.hpp"

#include <exception>
#include <utility>

namespace react1::http {

Request Mailbox::redirected(const Request& request) {
  Request result = request;
  const auto self = shared_from_this();
  if (request.on_sent) {
    result.on_sent = [self](std::int64_t done, std::optional<std::int64_t> total) {
      self->put_progress(&News::sent, {done, total});
    };
  }
  if (request.on_received) {
    result.on_received = [self](std::int64_t done, std::optional<std::int64_t> total) {
      self->put_progress(&News::received, {done, total});
    };
  }
  if (request.on_turn) result.on_turn = [self] { self->put_turn(); };
  if (auto* stream = std::get_if<StreamSink>(&result.sink)) {
    if (stream->on_piece) {
      stream->on_piece = [self, room = stream->max_buffered](std::string_view piece) {
        return self->put_piece(piece, room);
      };
    }
  }
  return result;
}

void Mailbox::put_progress(std::optional<Progress> News::*which, Progress progress) {
  const std::lock_guard lock(mutex_);
  news_.*which = progress;
  if (wants_progress_) changed_.notify_one();
}

void Mailbox::put_turn() {
  const std::lock_guard lock(mutex_);
  news_.turn = true;
  changed_.notify_one();
}

bool Mailbox::put_piece(std::string_view piece, std::int64_t room) {
  const std::lock_guard lock(mutex_);
  streamed_ += static_cast<std::int64_t>(piece.size());
  if (!news_.pieces.empty() && static_cast<std::int64_t>(news_.pieces.size() + piece.size()) > room) {
    overrun_ = true;
    return false;
  }
  news_.pieces.append(piece);
  changed_.notify_one();
  return true;
}

void Mailbox::put_outcome(Outcome outcome) {
  const std::lock_guard lock(mutex_);
  if (overrun_) {
    TransportFailure failure;
    failure.kind = TransportFailure::Kind::too_large;
    failure.detail = "the stream came faster than it could be read";
    failure.bytes = streamed_;
    if (auto* response = std::get_if<Response>(&outcome)) {
      failure.status = response->status;
      failure.headers = std::move(response->headers);
    }
    outcome = std::move(failure);
  }
  news_.outcome = std::move(outcome);
  changed_.notify_one();
}

Mailbox::News Mailbox::take() {
  std::unique_lock lock(mutex_);
  const auto urgent = [this] { return news_.urgent(); };
  wants_progress_ = false;
  if (!changed_.wait_until(lock, next_progress_, urgent)) {
    wants_progress_ = true;
    changed_.wait(lock, [&] { return urgent() || news_.progress(); });
  }
  if (news_.progress()) next_progress_ = std::chrono::steady_clock::now() + kBetweenReports;
  return std::exchange(news_, {});
}

Outcome Mailbox::await(const Request& request, const Exchange& exchange) {
  const auto* stream = std::get_if<StreamSink>(&request.sink);
  std::exception_ptr thrown;
  bool enough = false;
  for (;;) {
    News news = take();
    if (!thrown && !enough) {
      try {
        if (news.turn && !news.outcome) {
          request.on_turn();
          exchange.proceed();
        }
        if (news.sent) request.on_sent(news.sent->done, news.sent->total);
        if (news.received) request.on_received(news.received->done, news.received->total);
        if (!news.pieces.empty()) enough = !stream->on_piece(news.pieces);
      } catch (...) {
        thrown = std::current_exception();
      }
      if (!news.outcome && (thrown || enough)) exchange.cancel();
    }
    if (!news.outcome) continue;
    if (thrown) std::rethrow_exception(thrown);
    auto* failure = std::get_if<TransportFailure>(&*news.outcome);
    if (enough && failure != nullptr && failure->status) {
      Response response;  // ended by its receiver: that is no failure
      response.status = *failure->status;
      response.headers = std::move(failure->headers);
      response.bytes = failure->bytes;
      response.effective_url = request.url;
      return response;
    }
    return std::move(*news.outcome);
  }
}

}  // namespace react1::http
