// SPDX-License-Identifier: Apache-2.0
#include "http/engine/curl_codes.hpp"

namespace react1::http {

TransportFailure::Kind kind_of(CURLcode code, bool begun) noexcept {
  using Kind = TransportFailure::Kind;
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return Kind::resolve;
    case CURLE_COULDNT_CONNECT:
      return Kind::connect;
    case CURLE_SSL_CONNECT_ERROR:
      return Kind::tls;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
      return Kind::certificate;
    case CURLE_OPERATION_TIMEDOUT:
      return begun ? Kind::stalled : Kind::timeout_connect;
    case CURLE_PROXY:
      return Kind::proxy;
    case CURLE_PARTIAL_FILE:
    case CURLE_BAD_CONTENT_ENCODING:
      return Kind::truncated_body;
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return Kind::reset;
    case CURLE_READ_ERROR:
    case CURLE_ABORTED_BY_CALLBACK:
      return Kind::local_read;
    case CURLE_WRITE_ERROR:
      return Kind::local_write;
    case CURLE_FILESIZE_EXCEEDED:
      return Kind::too_large;
    default:
      return Kind::protocol;
  }
}

TransportFailure::Kind kind_of_tunnel(CURLcode code, long answer) noexcept {
  using Kind = TransportFailure::Kind;
  const Kind kind = kind_of(code, /*begun=*/false);
  const bool opened = answer >= 200 && answer < 300;
  const bool broke = kind == Kind::reset || kind == Kind::protocol;
  if (opened) return broke ? Kind::tls : kind;  // what follows the tunnel's opening is the handshake
  if (answer >= 400 && answer < 500 && answer != 408 && answer != 429) return Kind::proxy_refused;
  return broke || kind == Kind::connect || answer != 0 ? Kind::proxy : kind;
}

}  // namespace react1::http
