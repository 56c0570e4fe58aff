// SPDX-License-Identifier: LGPL-2.1-or-later
// GOption wants arrays that live long and C strings; both are kept here. Values are taken as file
// names, which GOption passes through byte by byte whatever the locale.
#include "cli/options.h"

#include <glib.h>

#include <charconv>
#include <cstdio>
#include <deque>
#include <functional>
#include <utility>

#include "klive/ptr.h"

namespace klive::app {
namespace {

struct ContextFree {
  void operator()(GOptionContext *context) const { g_option_context_free(context); }
};
struct StringsFree {
  void operator()(gchar **strings) const { g_strfreev(strings); }
};
using Strings = std::unique_ptr<gchar *, StringsFree>;

}  // namespace

struct Options::State {
  std::string usage, operands;
  std::unique_ptr<GOptionContext, ContextFree> context;
  int status = kExitDone;
  gboolean help = FALSE;

  // What GOption writes into; a deque keeps addresses while it grows.
  std::deque<gchar *> texts;
  std::deque<gchar **> lists;
  std::deque<gboolean> flags;
  // Moves what was written to the caller's variables; a sentence when a value will not do.
  std::vector<std::function<std::string()>> deliveries;

  ~State() {
    for (gchar *text : texts) g_free(text);
    for (gchar **list : lists) g_strfreev(list);
  }
  void add(const char *name, GOptionArg kind, void *to, const char *help_text, const char *value) {
    const char letter = std::string_view(name) == "help" ? 'h' : 0;
    const GOptionEntry entries[] = {{name, letter, 0, kind, to, help_text, value},
                                    {nullptr, 0, 0, G_OPTION_ARG_NONE, nullptr, nullptr, nullptr}};
    g_option_context_add_main_entries(context.get(), entries, nullptr);
  }
  gchar *&add_text(const char *name, const char *help_text, const char *value) {
    gchar *&slot = texts.emplace_back(nullptr);
    add(name, G_OPTION_ARG_FILENAME, &slot, help_text, value);
    return slot;
  }
  std::optional<Arguments> misused(const std::string &sentence) {
    complain(sentence + "; see \"klive " + usage + " --help\"");
    status = kExitMisused;
    return std::nullopt;
  }
};

Options::Options(const char *usage, const char *summary, const char *operands)
    : state_(std::make_unique<State>()) {
  state_->usage = usage;
  state_->operands = operands;
  state_->context.reset(g_option_context_new(operands));
  g_option_context_set_summary(state_->context.get(), summary);
  // GOption's own --help would exit the process.
  g_option_context_set_help_enabled(state_->context.get(), FALSE);
  state_->add("help", G_OPTION_ARG_NONE, &state_->help, "Describe this verb", nullptr);
}

Options::~Options() = default;

void Options::flag(const char *name, bool &to, const char *help) {
  gboolean &slot = state_->flags.emplace_back(FALSE);
  state_->add(name, G_OPTION_ARG_NONE, &slot, help, nullptr);
  state_->deliveries.emplace_back([&slot, &to] {
    to = slot;
    return std::string();
  });
}

void Options::text(const char *name, std::string &to, const char *help, const char *value) {
  gchar *&slot = state_->add_text(name, help, value);
  state_->deliveries.emplace_back([&slot, &to] {
    if (slot) to = slot;
    return std::string();
  });
}

void Options::optional_text(const char *name, std::optional<std::string> &to, const char *help,
                            const char *value) {
  gchar *&slot = state_->add_text(name, help, value);
  state_->deliveries.emplace_back([&slot, &to] {
    if (slot) to = slot;
    return std::string();
  });
}

void Options::texts(const char *name, std::vector<std::string> &to, const char *help,
                    const char *value) {
  gchar **&slot = state_->lists.emplace_back(nullptr);
  state_->add(name, G_OPTION_ARG_FILENAME_ARRAY, &slot, help, value);
  state_->deliveries.emplace_back([&slot, &to] {
    for (gchar **each = slot; each && *each; ++each) to.emplace_back(*each);
    return std::string();
  });
}

void Options::number(const char *name, std::optional<int64_t> &to, int64_t least, int64_t most,
                     const char *help, const char *value) {
  gchar *&slot = state_->add_text(name, help, value);
  state_->deliveries.emplace_back([=, &slot, &to]() -> std::string {
    if (!slot) return {};
    const std::string_view text(slot);
    int64_t number = 0;
    const auto [rest, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem != std::errc() || rest != text.data() + text.size() || number < least ||
        number > most)
      return "--" + std::string(name) + " takes a whole number from " + std::to_string(least) +
             " to " + std::to_string(most) + ", not \"" + slot + "\"";
    to = number;
    return {};
  });
}

std::optional<Arguments> Options::parse(const Arguments &arguments, size_t least, size_t most) {
  State &state = *state_;
  // parse_strv() frees what it takes out of the array.
  gchar **cursor = g_new0(gchar *, arguments.size() + 2);
  cursor[0] = g_strdup(("klive " + state.usage).c_str());
  g_set_prgname(cursor[0]);
  for (size_t i = 0; i < arguments.size(); ++i) cursor[i + 1] = g_strdup(arguments[i].c_str());
  GError *failed = nullptr;
  const bool understood = g_option_context_parse_strv(state.context.get(), &cursor, &failed);
  const Strings parsed(cursor);
  if (!understood) {
    const gst::ErrorPtr error(failed);
    return state.misused(error->message);
  }
  if (state.help) {
    const gst::CharPtr help(g_option_context_get_help(state.context.get(), TRUE, nullptr));
    std::fputs(help.get(), stdout);
    return std::nullopt;
  }
  for (const auto &deliver : state.deliveries)
    if (const std::string problem = deliver(); !problem.empty()) return state.misused(problem);

  Arguments operands;
  for (gchar **each = parsed.get() + 1; *each; ++each) operands.emplace_back(*each);
  if (!operands.empty() && operands.front() == "--") operands.erase(operands.begin());
  if (operands.size() > most) return state.misused("\"" + operands[most] + "\" is one too many");
  if (operands.size() < least) return state.misused(state.operands + " is missing");
  return operands;
}

int Options::status() const { return state_->status; }

}  // namespace klive::app
