#include "http/curl_codes.hpp"

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
    case CURLE_PARTIAL_FILE:
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

bool never_reached_a_server(CURLcode code) noexcept {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return true;
    default:
      return false;
  }
}

}  // namespace react1::http
