// SPDX-License-Identifier: Apache-2.0
#include "unit/media/timed_sound.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <fstream>
#include <string>
#include <string_view>

namespace react1::test {
namespace {

std::string big_endian(std::uint64_t value, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>((value >> (8U * static_cast<unsigned>(i))) & 0xFFU);
  return text;
}

/// An element with an eight-byte size.
std::string element(std::string_view id, const std::string& body) {
  return std::string(id) + '\x01' + big_endian(body.size(), 7) + body;
}

std::string number(std::string_view id, std::uint64_t value) {
  return element(id, big_endian(value, 8));
}

constexpr std::string_view unknown_size{"\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 8};

std::string header() {
  return element("\x1A\x45\xDF\xA3", number("\x42\x86", 1) + number("\x42\xF7", 1) + number("\x42\xF2", 4) +
                                         number("\x42\xF3", 8) + element("\x42\x82", "matroska") +
                                         number("\x42\x87", 4) + number("\x42\x85", 2));
}

std::string track(int rate) {
  const std::string audio =
      element("\xE1", element("\xB5", big_endian(std::bit_cast<std::uint64_t>(static_cast<double>(rate)), 8)) +
                          number("\x9F", 1) + number("\x62\x64", 16));
  return element(
      "\xAE", number("\xD7", 1) + number("\x73\xC5", 1) + number("\x83", 2) + element("\x86", "A_PCM/INT/LIT") + audio);
}

}  // namespace

std::vector<std::int16_t> noise(std::int64_t from, std::int64_t count) {
  std::vector<std::int16_t> samples;
  samples.reserve(static_cast<std::size_t>(count));
  for (std::int64_t i = from; i < from + count; ++i) {
    // splitmix64 of the sample's number
    std::uint64_t x = static_cast<std::uint64_t>(i) * 0x9E3779B97F4A7C15U + 0x9E3779B97F4A7C15U;
    x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9U;
    x = (x ^ (x >> 27U)) * 0x94D049BB133111EBU;
    x ^= x >> 31U;
    samples.push_back(static_cast<std::int16_t>(static_cast<int>(x % 16001) - 8000));
  }
  return samples;
}

void write_timed_sound(const std::filesystem::path& file, int rate, const std::vector<TimedBlock>& blocks,
                       std::int64_t tick_ns) {
  std::ofstream out(file, std::ios::binary);
  out << header() << "\x18\x53\x80\x67" << unknown_size;
  out << element("\x15\x49\xA9\x66", number("\x2A\xD7\xB1", static_cast<std::uint64_t>(tick_ns)));
  out << element("\x16\x54\xAE\x6B", track(rate));
  for (const TimedBlock& block : blocks) {
    const std::int64_t per_tick = tick_ns * rate;  // samples, in thousand-millionths
    const std::int64_t ticks = (block.time * 1'000'000'000 + per_tick / 2) / per_tick;
    std::string bytes(block.samples.size() * 2, '\0');
    std::memcpy(bytes.data(), block.samples.data(), bytes.size());
    // Track 1, at the cluster's time, a key frame.
    const std::string simple_block = std::string("\x81\x00\x00\x80", 4) + bytes;
    out << element("\x1F\x43\xB6\x75",
                   number("\xE7", static_cast<std::uint64_t>(ticks)) + element("\xA3", simple_block));
  }
}

std::vector<std::int16_t> heard(const std::vector<TimedBlock>& blocks) {
  std::vector<std::int16_t> all;
  for (const TimedBlock& block : blocks) {
    const auto begin = static_cast<std::size_t>(block.time);
    const std::size_t behind = begin + block.samples.size();
    const std::size_t filled = all.size();
    if (behind <= filled) continue;
    all.resize(behind, 0);
    for (std::size_t i = std::max(begin, filled); i < behind; ++i) all[i] = block.samples[i - begin];
  }
  return all;
}

}  // namespace react1::test
