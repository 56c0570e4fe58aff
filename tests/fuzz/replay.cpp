// SPDX-License-Identifier: LGPL-2.1-or-later
// Runs a fuzz target over every file of a seed folder, and over every cut and some mutations of it, without a fuzzing engine.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char **argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s SEED-FOLDER\n", argv[0]);
    return 2;
  }
  size_t seeds = 0, runs = 0;
  std::mt19937 random(1);  // fixed: the same inputs on every machine
  for (const auto &file : std::filesystem::directory_iterator(argv[1])) {
    std::ifstream in(file.path(), std::ios::binary);
    const std::vector<uint8_t> bytes{std::istreambuf_iterator<char>(in), {}};
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    ++seeds;
    // Exact-size copies, so that the address sanitizer sees a read of one byte too many.
    const size_t step = bytes.size() / 200 + 1;
    for (size_t cut = 0; cut < bytes.size(); cut += step, ++runs) {
      const std::vector<uint8_t> front(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(cut));
      LLVMFuzzerTestOneInput(front.data(), front.size());
    }
    for (int i = 0; i < 200 && !bytes.empty(); ++i, ++runs) {
      auto mutated = bytes;
      for (int flips = 1 + static_cast<int>(random() % 4); flips > 0; --flips) {
        mutated[random() % mutated.size()] = static_cast<uint8_t>(random());
      }
      LLVMFuzzerTestOneInput(mutated.data(), mutated.size());
    }
  }
  std::printf("%zu seeds, %zu variations\n", seeds, runs);
  return seeds == 0;
}
