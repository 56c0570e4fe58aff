// SPDX-License-Identifier: LGPL-2.1-or-later
// The table of object types, and what is read by it.
#include "kaltura/object_type.h"

#include <gtest/gtest.h>

#include <set>

#include "kaltura/filter.h"

namespace klive::kaltura {
namespace {

Value value_of(const std::string &json) {
  auto value = read_json(json);
  EXPECT_TRUE(value) << json;
  return value ? *value : Value();
}

std::string checked(const std::string &json, std::string_view type, Purpose purpose = Purpose::kAdd,
                    bool is_admin = true) {
  const auto result = check_object(value_of(json), type, purpose, is_admin);
  if (const auto *error = std::get_if<ApiError>(&result)) return error->message;
  return write_json(*std::get_if<Value>(&result));
}

TEST(ObjectTypes, EveryReference_LeadsSomewhere) {
  std::set<std::string_view> names;
  for (const ObjectType &type : object_types()) {
    EXPECT_TRUE(names.insert(type.name).second) << type.name;
    EXPECT_EQ(type.base.empty(), base_of(type) == nullptr) << type.name;
    EXPECT_TRUE(type.filters.empty() || find_type(type.filters) != nullptr) << type.name;
    std::set<std::string_view> fields;
    for_each_field(type, [&](const Field &field) {
      const std::string name = std::string(type.name) + "::" + std::string(field.name);
      EXPECT_TRUE(fields.insert(field.name).second) << name;
      if (field.kind == Kind::kObject || field.kind == Kind::kArray) {
        EXPECT_NE(find_type(field.of), nullptr) << name;
      } else {
        EXPECT_TRUE(field.of.empty() || find_enumeration(field.of) != nullptr) << name;
      }
    });
  }
}

TEST(CheckObject, Values_GetTheTypesOfTheirFields) {
  EXPECT_EQ(checked(R"({"name":"Town hall","dvrWindow":"30","explicitLive":true,"sourceType":32,)"
                    R"("nothing":1,"status":2,"liveStatus":"1","description":null})",
                    "KalturaLiveStreamEntry"),
            R"({"dvrWindow":30,"explicitLive":1,"name":"Town hall",)"
            R"("objectType":"KalturaLiveStreamEntry","sourceType":"32"})");
  EXPECT_EQ(checked(R"({"description__null":"","bitrates":[{"bitrate":"900"}]})",
                    "KalturaLiveStreamEntry", Purpose::kUpdate),
            R"({"bitrates":[{"bitrate":900,"objectType":"KalturaLiveStreamBitrate"}],)"
            R"("description":null,"objectType":"KalturaLiveStreamEntry"})");
}

TEST(CheckObject, ObjectType_ChoosesAmongThoseThatCanStandForIt) {
  EXPECT_EQ(checked(R"({"objectType":"KalturaLiveStreamAdminEntry"})", "KalturaLiveStreamEntry"),
            R"({"objectType":"KalturaLiveStreamAdminEntry"})");
  // As Kaltura does: what cannot stand for it is read as what was wanted.
  EXPECT_EQ(checked(R"({"objectType":"KalturaUploadToken"})", "KalturaLiveStreamEntry"),
            R"({"objectType":"KalturaLiveStreamEntry"})");
  EXPECT_EQ(checked("{}", "KalturaScheduleEvent"),
            "The object type \"KalturaScheduleEvent\" is abstract, use one of the object "
            "implementations");
  EXPECT_EQ(checked(R"({"resource":{"objectType":"KalturaEntryResource","entryId":"x"}})",
                    "KalturaOperationResource"),
            R"({"objectType":"KalturaOperationResource","resource":{"entryId":"x",)"
            R"("objectType":"KalturaEntryResource"}})");
}

TEST(CheckObject, BrokenFields_AreNamed) {
  struct Row {
    const char *json, *message;
  };
  const Row rows[] = {
      {R"({"name":""})",
       "The property \"KalturaLiveStreamEntry::name\" must have a min length of 1 characters"},
      {R"({"srtPass":"short"})",
       "The property \"KalturaLiveStreamEntry::srtPass\" must have a min length of 10 characters"},
      {R"({"segmentDuration":1000})",
       "The property \"KalturaLiveStreamEntry::segmentDuration\" must have a min value of 2000"},
      {R"({"dvrWindow":100000})",
       "The property \"KalturaLiveStreamEntry::dvrWindow\" must have a max value of 10080"},
      {R"({"dvrWindow":"x"})",
       "The property \"KalturaLiveStreamEntry::dvrWindow\" must be numeric"},
      {R"({"dvrStatus":2})",
       "Invalid enumeration value \"2\" for parameter \"dvrStatus\", expecting enumeration type "
       "\"KalturaDVRStatus\""},
      {R"({"sourceType":"99"})",
       "Invalid enumeration value \"99\" for parameter \"sourceType\", expecting enumeration type "
       "\"KalturaSourceType\""},
      {R"({"name":{"a":1}})", "Invalid value of parameter \"name\": a single value was needed"},
      {R"({"bitrates":1})", "Invalid value of parameter \"bitrates\": an array was needed"},
      {R"({"bitrates":[1]})",
       "Invalid value of parameter \"bitrates\": an array of objects was needed"},
      {R"({"recordingOptions":"x"})",
       "Invalid value of parameter \"recordingOptions\": an object was needed"},
  };
  for (const Row &row : rows) EXPECT_EQ(checked(row.json, "KalturaLiveStreamEntry"), row.message);
  EXPECT_EQ(checked("{\"tags\":\"a\\u0007b\"}", "KalturaLiveStreamEntry"),
            "Invalid char in \"tags\" field");
  EXPECT_EQ(checked(R"({"adminTags":"x"})", "KalturaLiveStreamEntry", Purpose::kUpdate, false),
            "The property \"KalturaLiveStreamEntry::adminTags\" is updatable with admin session "
            "only");
}

std::variant<Filter, ApiError> filter_of(const std::string &json,
                                         const char *type = "KalturaLiveStreamEntryFilter") {
  return read_filter(value_of(json), *find_type(type));
}

TEST(Filter, Names_AreAFieldAndAnOperator) {
  const auto read = filter_of(
      R"({"idIn":"1_a, 1_b,","nameLike":"x","statusNotEqual":"3","createdAtGreaterThanOrEqual":5,)"
      R"("tagsMultiLikeOr":"a,b","isLive":true,"orderBy":"-name"})");
  const auto *filter = std::get_if<Filter>(&read);
  ASSERT_NE(filter, nullptr);
  ASSERT_EQ(filter->conditions.size(), 5u);
  const Condition &created = filter->conditions[0], &id = filter->conditions[1];
  EXPECT_EQ(created.field->name, "createdAt");
  EXPECT_EQ(created.op, Operator::kAtLeast);
  EXPECT_EQ(created.values, (std::vector<Value>{5}));
  EXPECT_EQ(id.op, Operator::kIn);
  EXPECT_EQ(id.values, (std::vector<Value>{"1_a", "1_b"}));
  EXPECT_EQ(filter->own.integer_of("isLive"), 1);
  ASSERT_NE(filter->order_by, nullptr);
  EXPECT_EQ(filter->order_by->name, "name");
  EXPECT_TRUE(filter->is_descending);
}

TEST(Filter, WhatIsNotUnderstood_IsRefused) {
  for (const char *json :
       {R"({"nothingEqual":1})", R"({"id":"x"})", R"({"liveStatusEqual":1})",
        R"({"bitratesEqual":1})", R"({"orderBy":"name"})", R"({"orderBy":"+nothing"})",
        R"({"orderBy":"-liveStatus"})", R"({"createdAtEqual":"x"})", R"({"idIn":["x"]})",
        R"({"idEqual) OR 1=1 --Equal":1})", R"({"advancedSearch":{}})"}) {
    const auto read = filter_of(json);
    EXPECT_TRUE(std::holds_alternative<ApiError>(read)) << json;
  }
}

}  // namespace
}  // namespace klive::kaltura
