// SPDX-License-Identifier: Apache-2.0
#include "support/postgres_server.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <thread>
#include <vector>

#include "support/ordinary_user.hpp"

namespace react1::test {
namespace fs = std::filesystem;
namespace {

constexpr int kOldestVersion = 15;

std::uint16_t free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  REQUIRE(socket >= 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(::bind(socket, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  ::close(socket);
  return ntohs(address.sin_port);
}

/// Starts a program of the server as an ordinary user; it ends with this process. Its output goes to `log`.
pid_t spawn(const std::vector<std::string>& command, const fs::path& log) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child != 0) return child;
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(out, STDERR_FILENO);
  ::setpgid(0, 0);  // a ^C at the terminal is for the test program alone
  if (!become_ordinary()) ::_exit(98);
  ::prctl(PR_SET_PDEATHSIG, SIGQUIT);  // after the change of user, which clears it
  if (::getppid() != parent) ::_exit(97);
  ::setenv("LC_ALL", "C", 1);
  ::execv(arguments[0], arguments.data());
  ::_exit(96);
}

/// Each of them is in a process group of its own.
std::vector<pid_t> children_of(pid_t parent) {
  const std::string pid = std::to_string(parent);
  std::ifstream list("/proc/" + pid + "/task/" + pid + "/children");
  return {std::istream_iterator<pid_t>(list), {}};
}

int end_of(pid_t child) {
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return status;
}

}  // namespace

std::optional<std::string> PostgresServer::programs() {
  int newest = 0;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", none)) {
    const int version = std::atoi(entry.path().filename().c_str());
    if (version >= kOldestVersion && fs::exists(entry.path() / "bin/postgres")) newest = std::max(newest, version);
  }
  if (newest == 0) return std::nullopt;
  return "/usr/lib/postgresql/" + std::to_string(newest) + "/bin";
}

PostgresServer::PostgresServer(std::string programs) : programs_(std::move(programs)) {
  const fs::path folder = folder_.path();
  if (::geteuid() == 0) REQUIRE(::chown(folder.c_str(), kNobody, kNobody) == 0);
  const pid_t child = spawn({programs_ + "/initdb", "-D", (folder / "data").string(), "-U", "react1", "--auth=trust",
                             "--no-sync", "-E", "UTF8", "--locale=C"},
                            folder / "log");
  REQUIRE(end_of(child) == 0);
  start();
}

PostgresServer::~PostgresServer() {
  if (server_ > 0) {
    thaw();
    stop_immediately();
  }
}

void PostgresServer::start() {
  constexpr int kTries = 5;
  for (int attempt = 0; attempt < kTries && server_ < 0; ++attempt) {
    if (port_ == 0) port_ = free_port();
    server_ = spawn({programs_ + "/postgres", "-D", (folder_.path() / "data").string(), "-k", folder_.path().string(),
                     "-p", std::to_string(port_), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c",
                     "max_connections=60", "-c", "shared_buffers=16MB"},
                    folder_.path() / "log");
    const std::string address = "postgresql://react1@127.0.0.1:" + std::to_string(port_) + "/postgres";
    int status = 0;
    while (::waitpid(server_, &status, WNOHANG) == 0) {
      if (PQping(address.c_str()) == PQPING_OK) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    server_ = -1;
    port_ = 0;  // somebody else was faster
  }
  FAIL("the PostgreSQL server does not start");
}

void PostgresServer::stop_immediately() {
  ::kill(server_, SIGQUIT);
  ::waitpid(server_, nullptr, 0);  // no REQUIRE: called when doctest has ended, too
  server_ = -1;
}

void PostgresServer::freeze() {
  ::kill(server_, SIGSTOP);
  for (const pid_t child : children_of(server_)) ::kill(child, SIGSTOP);
}

void PostgresServer::thaw() {
  for (const pid_t child : children_of(server_)) ::kill(child, SIGCONT);
  ::kill(server_, SIGCONT);
}

std::string PostgresServer::fresh_database() {
  const std::string base = "postgresql://react1@127.0.0.1:" + std::to_string(port_) + "/";
  const std::string name = "test" + std::to_string(databases_++);
  sql(base + "postgres", "CREATE DATABASE " + name);
  return base + name;
}

std::string PostgresServer::by_port(const std::string& address, std::uint16_t port) {
  const auto colon = address.rfind(':');
  return address.substr(0, colon + 1) + std::to_string(port) + address.substr(address.find('/', colon));
}

std::string PostgresServer::sql(const std::string& address, const std::string& text) {
  const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(address.c_str()), &PQfinish);
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection.get(), text.c_str()), &PQclear);
  const ExecStatusType status = PQresultStatus(result.get());
  INFO(PQerrorMessage(connection.get()));
  REQUIRE((status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK));
  return PQntuples(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0) : std::string();
}

}  // namespace react1::test
