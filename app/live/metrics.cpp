// SPDX-License-Identifier: LGPL-2.1-or-later
// Metrics: counters and gauges of the service, written as Prometheus text (version 0.0.4).
#include "live/metrics.h"

#include <charconv>
#include <cmath>
#include <vector>

namespace klive::app {
namespace {

std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  char text[32];
  // Counts and bytes are written whole: scrapers take 1e+06, people do not.
  const bool is_whole = std::abs(value) < 9e15 && value == std::floor(value);
  const auto end = is_whole
                       ? std::to_chars(text, text + sizeof text, static_cast<int64_t>(value)).ptr
                       : std::to_chars(text, text + sizeof text, value).ptr;
  return {text, end};
}

void append_sample(std::string &out, std::string_view name, std::string_view labels, double value) {
  out += name;
  if (!labels.empty()) {
    out += '{';
    out += labels;
    out += '}';
  }
  out += ' ';
  out += number(value);
  out += '\n';
}

// HELP text: backslash and newline are escaped.
void append_help(std::string &out, std::string_view help) {
  for (const char c : help) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
}

}  // namespace

void Metrics::count(std::string_view name, std::string_view labels, double by) {
  auto families = families_.lock();
  auto family = families->find(name);
  if (family == families->end())
    family = families->emplace(std::string(name), Family{"counter", {}, {}, {}}).first;
  auto &values = family->second.values;
  auto value = values.find(labels);
  if (value == values.end()) value = values.emplace(std::string(labels), 0.0).first;
  value->second += by;
}

void Metrics::describe(std::string_view name, std::string_view type, std::string_view help) {
  auto families = families_.lock();
  Family &family = (*families)[std::string(name)];
  family.type = type;
  family.help = help;
}

void Metrics::gauge(std::string_view name, std::string_view labels, std::function<double()> read) {
  auto families = families_.lock();
  auto family = families->find(name);
  if (family == families->end())
    family = families->emplace(std::string(name), Family{"gauge", {}, {}, {}}).first;
  family->second.readers[std::string(labels)] = std::move(read);
}

std::string Metrics::text() {
  // Readers are foreign code: they run on a copy, without the lock.
  std::map<std::string, Family, std::less<>> families;
  {
    auto locked = families_.lock();
    families = *locked;
  }
  std::string out;
  for (const auto &[name, family] : families) {
    if (family.values.empty() && family.readers.empty()) continue;
    if (!family.help.empty()) {
      out += "# HELP " + name + ' ';
      append_help(out, family.help);
      out += '\n';
    }
    out += "# TYPE " + name + ' ' + (family.type.empty() ? "untyped" : family.type) + '\n';
    for (const auto &[labels, value] : family.values) append_sample(out, name, labels, value);
    for (const auto &[labels, read] : family.readers) append_sample(out, name, labels, read());
  }
  return out;
}

}  // namespace klive::app
