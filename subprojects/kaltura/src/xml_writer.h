// SPDX-License-Identifier: LGPL-2.1-or-later
// Writes XML elements, indented.
#pragma once

#include <string>
#include <string_view>

#include "base/markup.h"

namespace klive::kaltura {

/// Plain value.
class XmlWriter {
 public:
  XmlWriter() : out_("<?xml version=\"1.0\"?>\n") {}

  /// Opens an element and closes it when it goes.
  class Element {
   public:
    Element(XmlWriter &writer, std::string_view name) : writer_(writer), name_(name) {
      writer_.line("<" + name_ + ">");
      ++writer_.depth_;
    }
    ~Element() {
      --writer_.depth_;
      writer_.line("</" + name_ + ">");
    }
    Element(const Element &) = delete;
    Element &operator=(const Element &) = delete;

   private:
    XmlWriter &writer_;
    std::string name_;
  };

  void text(std::string_view name, std::string_view value) {
    const std::string tag(name);
    if (value.empty()) return line("<" + tag + "/>");
    std::string content;
    base::append_markup(content, value);
    line("<" + tag + ">" + content + "</" + tag + ">");
  }
  void number(std::string_view name, int64_t value) { text(name, std::to_string(value)); }
  void empty(std::string_view name) { text(name, {}); }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void line(const std::string &content) {
    out_.append(depth_ * 2, ' ');
    out_ += content;
    out_ += '\n';
  }
  std::string out_;
  size_t depth_ = 0;
};

}  // namespace klive::kaltura
