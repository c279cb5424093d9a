// SPDX-License-Identifier: Apache-2.0
#include "support/tls.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <csignal>

#include <array>
#include <stdexcept>
#include <utility>

#include "support/loopback.hpp"

namespace react1::test {
namespace {

struct Free {
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const noexcept { X509_free(certificate); }
  void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
  void operator()(SSL* session) const noexcept { SSL_free(session); }
  void operator()(BIO* bio) const noexcept { BIO_free(bio); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Certificate = std::unique_ptr<X509, Free>;

void require(bool fine, const char* what) {
  if (!fine) throw std::runtime_error(what);
}

void add_extension(X509* certificate, X509* issuer, int what, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, what, value.c_str());
  require(extension != nullptr, "no extension");
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

Certificate new_certificate(EVP_PKEY* key, const char* name, long serial) {
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 24 * 3600L);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  return certificate;
}

bool send_all(int fd, const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t sent = ::send(fd, data, size, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    data += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

}  // namespace

struct TestAuthority::Keys {
  Key key;
  Certificate certificate;
};

TestAuthority::TestAuthority() : keys_(std::make_unique<Keys>()) {
  keys_->key.reset(EVP_EC_gen("P-256"));
  keys_->certificate = new_certificate(keys_->key.get(), "react1 test authority", 1);
  X509* const own = keys_->certificate.get();
  X509_set_issuer_name(own, X509_get_subject_name(own));
  add_extension(own, own, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(own, own, NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(own, own, NID_subject_key_identifier, "hash");
  require(X509_sign(own, keys_->key.get(), EVP_sha256()) > 0, "not signed");
}

TestAuthority::~TestAuthority() = default;

std::string TestAuthority::certificate() const {
  const std::unique_ptr<BIO, Free> memory(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(memory.get(), keys_->certificate.get());
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

Acceptor::Acceptor(Serve serve) : serve_(std::move(serve)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  require(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0 &&
              ::listen(listener_, 64) == 0 &&
              ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0,
          "no listener");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { run(); });
}

Acceptor::~Acceptor() {
  ending_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  {
    const std::lock_guard lock(mutex_);
    for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
  }
  for (auto& worker : workers_) worker.join();
  ::close(listener_);
}

void Acceptor::run() {
  // OpenSSL writes to a socket without MSG_NOSIGNAL; the threads made here inherit this.
  sigset_t pipe;
  ::sigemptyset(&pipe);
  ::sigaddset(&pipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  for (;;) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    ++accepted_;
    const std::lock_guard lock(mutex_);
    open_.insert(fd);
    workers_.emplace_back([this, fd] { serve_(*this, fd); });
  }
}

void Acceptor::end(int fd, bool reset) {
  const std::lock_guard lock(mutex_);
  open_.erase(fd);
  if (reset) {
    const linger at_once{1, 0};
    ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  }
  ::close(fd);
}

struct TlsFront::Context {
  std::unique_ptr<SSL_CTX, Free> context;
  Key key;
  Certificate certificate;
};

TlsFront::TlsFront(const TestAuthority& authority, const std::vector<std::string>& names, std::uint16_t backend)
    : context_(std::make_unique<Context>()), backend_(backend) {
  context_->key.reset(EVP_EC_gen("P-256"));
  context_->certificate = new_certificate(context_->key.get(), "server", 2);
  X509* const certificate = context_->certificate.get();
  X509* const issuer = authority.keys().certificate.get();
  X509_set_issuer_name(certificate, X509_get_subject_name(issuer));
  std::string all;
  for (const std::string& name : names) {
    const bool address = name.find_first_not_of("0123456789.:") == std::string::npos;
    all += (all.empty() ? "" : ",") + std::string(address ? "IP:" : "DNS:") + name;
  }
  add_extension(certificate, issuer, NID_subject_alt_name, all);
  add_extension(certificate, issuer, NID_basic_constraints, "CA:FALSE");
  require(X509_sign(certificate, authority.keys().key.get(), EVP_sha256()) > 0, "not signed");
  context_->context.reset(SSL_CTX_new(TLS_server_method()));
  require(SSL_CTX_use_certificate(context_->context.get(), certificate) == 1 &&
              SSL_CTX_use_PrivateKey(context_->context.get(), context_->key.get()) == 1,
          "no certificate");
  acceptor_ = std::make_unique<Acceptor>([this](Acceptor& acceptor, int fd) { serve(acceptor, fd); });
}

TlsFront::~TlsFront() {
  acceptor_.reset();
}

void TlsFront::serve(Acceptor& acceptor, int fd) {
  const std::unique_ptr<SSL, Free> session(SSL_new(context_->context.get()));
  SSL_set_fd(session.get(), fd);
  if (SSL_accept(session.get()) != 1) return acceptor.end(fd);
  const int backend = connect_to(backend_).release();
  std::array<char, 16384> buffer;
  bool reset = false;
  for (;;) {
    std::array<pollfd, 2> both{{{fd, POLLIN, 0}, {backend, POLLIN, 0}}};
    if (SSL_pending(session.get()) == 0 && ::poll(both.data(), both.size(), -1) < 0) break;
    if (SSL_pending(session.get()) > 0 || both[0].revents != 0) {
      const int got = SSL_read(session.get(), buffer.data(), static_cast<int>(buffer.size()));
      if (got <= 0 || !send_all(backend, buffer.data(), static_cast<std::size_t>(got))) break;
    }
    if (both[1].revents != 0) {
      const ssize_t got = ::recv(backend, buffer.data(), buffer.size(), 0);
      reset = got < 0;
      if (got <= 0) break;
      if (SSL_write(session.get(), buffer.data(), static_cast<int>(got)) <= 0) break;
    }
  }
  if (!reset) SSL_shutdown(session.get());
  if (backend >= 0) ::close(backend);
  acceptor.end(fd, reset);
}

ConnectProxy::ConnectProxy(std::uint16_t target)
    : target_(target),
      acceptor_(std::make_unique<Acceptor>([this](Acceptor& acceptor, int fd) { serve(acceptor, fd); })) {}

ConnectProxy& ConnectProxy::next(Act act) {
  const std::lock_guard lock(mutex_);
  acts_.push_back(std::move(act));
  return *this;
}

std::string ConnectProxy::url() const {
  return "http://127.0.0.1:" + std::to_string(acceptor_->port());
}

std::vector<std::string> ConnectProxy::heads() const {
  const std::lock_guard lock(mutex_);
  return heads_;
}

void ConnectProxy::serve(Acceptor& acceptor, int fd) {
  std::string head;
  std::array<char, 16384> buffer;
  while (head.find("\r\n\r\n") == std::string::npos) {
    const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (got <= 0) return acceptor.end(fd);
    head.append(buffer.data(), static_cast<std::size_t>(got));
  }
  Act act;
  {
    const std::lock_guard lock(mutex_);
    heads_.push_back(head);
    if (!acts_.empty()) {
      act = acts_.front();
      acts_.pop_front();
    }
  }
  send_all(fd, act.answer.data(), act.answer.size());
  if (act.tunnel && act.break_at_first_byte) ::recv(fd, buffer.data(), 1, 0);
  if (act.tunnel && !act.break_at_first_byte) {
    const int target = connect_to(target_).release();
    for (bool open = target >= 0; open;) {
      std::array<pollfd, 2> both{{{fd, POLLIN, 0}, {target, POLLIN, 0}}};
      if (::poll(both.data(), both.size(), -1) < 0) break;
      for (std::size_t i = 0; i < 2 && open; ++i) {
        if (both.at(i).revents == 0) continue;
        const ssize_t got = ::recv(both.at(i).fd, buffer.data(), buffer.size(), 0);
        if (got < 0) act.end = Act::End::reset;
        open = got > 0 && send_all(both.at(1 - i).fd, buffer.data(), static_cast<std::size_t>(got));
      }
    }
    if (target >= 0) ::close(target);
  }
  if (act.end == Act::End::silence) {
    while (::recv(fd, buffer.data(), buffer.size(), 0) > 0) {
    }
  }
  acceptor.end(fd, act.end == Act::End::reset);
}

}  // namespace react1::test
