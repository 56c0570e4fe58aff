// SPDX-License-Identifier: LGPL-2.1-or-later
// /api_v3/schema, made of the tables of actions, object types and enumerations.
#include "api/schema.h"

#include <map>
#include <string_view>
#include <vector>

#include "api/actions.h"
#include "kaltura/object_type.h"

namespace klive::app::api {
namespace {

using kaltura::Access;
using kaltura::Field;
using kaltura::Kind;

/// ` name="value"`; every name and value of the tables is plain.
void attribute(std::string &out, std::string_view name, std::string_view value) {
  out.append(" ").append(name).append("=\"").append(value).append("\"");
}

void append_type(std::string &out, const Field &field) {
  switch (field.kind) {
    case Kind::kFlag:
      return attribute(out, "type", "bool");
    case Kind::kNumber:
      return attribute(out, "type", "float");
    case Kind::kFile:
      return attribute(out, "type", "file");
    case Kind::kObject:
      return attribute(out, "type", field.of);
    case Kind::kArray:
      attribute(out, "type", "array");
      return attribute(out, "arrayType", field.of);
    case Kind::kText:
    case Kind::kInteger:
      break;
  }
  const kaltura::Enumeration *enumeration = kaltura::find_enumeration(field.of);
  const bool is_text = enumeration != nullptr ? enumeration->is_text : field.kind == Kind::kText;
  attribute(out, "type", is_text ? "string" : "int");
  if (enumeration != nullptr) attribute(out, "enumType", enumeration->name);
}

void append_enumeration(std::string &out, const kaltura::Enumeration &enumeration) {
  out += "<enum";
  attribute(out, "name", enumeration.name);
  attribute(out, "enumType", enumeration.is_text ? "string" : "int");
  out += ">";
  for (const kaltura::EnumValue &value : enumeration.values) {
    out += "<const";
    attribute(out, "name", value.name);
    attribute(out, "value", value.value);
    out += "/>";
  }
  out += "</enum>";
}

void append_class(std::string &out, const kaltura::ObjectType &type) {
  out += "<class";
  attribute(out, "name", type.name);
  if (!type.base.empty()) attribute(out, "base", type.base);
  if (type.is_abstract) attribute(out, "abstract", "1");
  out += ">";
  for (const Field &field : type.fields) {
    out += "<property";
    attribute(out, "name", field.name);
    append_type(out, field);
    attribute(out, "readOnly", field.access == Access::kReadOnly ? "1" : "0");
    attribute(out, "insertOnly", field.access == Access::kInsertOnly ? "1" : "0");
    out += "/>";
  }
  out += "</class>";
}

void append_action(std::string &out, const Action &action) {
  out += "<action";
  attribute(out, "name", action.name);
  attribute(out, "enableInMultiRequest", "1");
  attribute(out, "sessionRequired",
            action.allowed == Allowed::kOpen || action.allowed == Allowed::kEverybody ? "none"
                                                                                      : "always");
  out += ">";
  for (const Parameter &parameter : action.parameters) {
    out += "<param";
    attribute(out, "name", parameter.field.name);
    append_type(out, parameter.field);
    attribute(out, "optional", parameter.is_required ? "0" : "1");
    if (!parameter.otherwise.empty()) attribute(out, "default", parameter.otherwise);
    out += "/>";
  }
  out += "<result";
  if (!action.returns.empty()) attribute(out, "type", action.returns);
  out += "/></action>";
}

}  // namespace

std::string schema_text() {
  std::string out = "<?xml version=\"1.0\"?><xml apiVersion=\"" KLIVE_VERSION "\"><enums>";
  for (const auto &enumeration : kaltura::enumerations()) append_enumeration(out, enumeration);
  out += "</enums><classes>";
  for (const auto &type : kaltura::object_types()) append_class(out, type);
  out += "</classes><services>";
  std::map<std::string_view, std::vector<const Action *>> services;
  for (const Action &action : actions()) services[action.service].push_back(&action);
  for (const auto &[name, rows] : services) {
    out += "<service";
    attribute(out, "id", name);
    attribute(out, "name", name);
    out += ">";
    for (const Action *action : rows) append_action(out, *action);
    out += "</service>";
  }
  return out + "</services></xml>";
}

}  // namespace klive::app::api
