// SPDX-License-Identifier: LGPL-2.1-or-later
#include "backend/entry_store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <set>
#include <thread>

#include "backend/schema.h"
#include "kaltura/publish_address.h"
#include "temp_folder.h"

namespace klive::app {
namespace {

using base::ErrorCode;

class EntryStoreTest : public ::testing::Test {
 protected:
  void SetUp() override { open(); }
  void open() {
    auto opened = EntryStore::open(path());
    ASSERT_TRUE(opened) << opened.error().message;
    store = *std::move(opened);
  }
  [[nodiscard]] std::string path() const { return folder / "klive.db"; }
  Entry added(const std::string &name) {
    auto entry = store->add({.name = name});
    EXPECT_TRUE(entry) << entry.error().message;
    return entry ? *entry : Entry();
  }

  test::TempFolder folder;
  std::unique_ptr<EntryStore> store;
};

TEST_F(EntryStoreTest, NewEntry_GetsIdTokenAndDefaults) {
  const Entry entry = added("Town hall");
  EXPECT_TRUE(kaltura::is_entry_id(entry.id)) << entry.id;
  EXPECT_EQ(entry.id.substr(0, 2), "1_");
  EXPECT_EQ(entry.token.size(), 8u);
  EXPECT_EQ(entry.token.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_EQ(entry.profile, kPassthroughProfile);
  EXPECT_TRUE(entry.dvr);
  EXPECT_EQ(entry.dvr_window_minutes, 120);
  EXPECT_EQ(entry.record, RecordMode::kNone);
  EXPECT_EQ(entry.segment_duration_ms, 6000);
  EXPECT_GT(entry.created_at, 1'600'000'000);
  EXPECT_EQ(entry.created_at, entry.updated_at);
}

TEST_F(EntryStoreTest, GivenIdAndToken_AreKept) {
  const auto entry = store->add({.id = "0_abcd1234", .name = "Town hall", .token = "t+/% ok"});
  EXPECT_FALSE(entry);  // a space cannot be typed into an encoder
  const auto good = store->add({.id = "0_abcd1234", .name = "Town hall", .token = "t+/%"});
  ASSERT_TRUE(good) << good.error().message;
  EXPECT_EQ(store->get("0_abcd1234")->token, "t+/%");
}

TEST_F(EntryStoreTest, EveryField_SurvivesTheWayToDisk) {
  Entry entry{.id = "1_abcd1234",
              .name = "Fête 'n' \"quotes\"; DROP TABLE entries",
              .description = "two\nlines",
              .token = "c0ffee00",
              .profile = 2,
              .dvr = false,
              .dvr_window_minutes = 2,
              .record = RecordMode::kSession,
              .segment_duration_ms = 2000,
              .admin_tags = "a,lowlatency",
              .partner = 102};
  entry.more["tags"] = "x,y";
  entry.more["recordingOptions"]["shouldAutoArchive"] = 1;
  ASSERT_TRUE(store->add(entry));
  store.reset();
  open();
  const auto read = store->get("1_abcd1234");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->name, entry.name);
  EXPECT_EQ(read->description, entry.description);
  EXPECT_EQ(read->token, entry.token);
  EXPECT_EQ(read->profile, entry.profile);
  EXPECT_EQ(read->dvr, entry.dvr);
  EXPECT_EQ(read->dvr_window_minutes, entry.dvr_window_minutes);
  EXPECT_EQ(read->record, entry.record);
  EXPECT_EQ(read->segment_duration_ms, entry.segment_duration_ms);
  EXPECT_EQ(read->admin_tags, entry.admin_tags);
  EXPECT_TRUE(read->low_latency());
  EXPECT_EQ(read->partner, 102);
  EXPECT_EQ(read->more, entry.more);
}

TEST_F(EntryStoreTest, SameIdTwice_IsAConflict) {
  ASSERT_TRUE(store->add({.id = "1_abcd1234", .name = "Town hall"}));
  const auto again = store->add({.id = "1_abcd1234", .name = "Town hall"});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kConflict);
  EXPECT_EQ(again.error().message, "Entry id \"1_abcd1234\" exists already");
}

TEST_F(EntryStoreTest, BrokenRules_AreSaid) {
  struct Row {
    Entry entry;
    const char *sentence;
  };
  const Row rows[] = {
      {{.name = "four"}, "name needs at least 5 characters"},
      {{.name = "ääää"}, "name needs at least 5 characters"},
      {{.name = std::string(257, 'a')}, "name takes at most 256 characters"},
      {{.name = "bad \xff text"}, "name must be UTF-8 text"},
      {{.id = "abc", .name = "Town hall"}, "id must be 1_ or 0_ and eight of 0-9 a-z"},
      {{.name = "Town hall", .token = "a\nb"},
       "streamPassword must be printable ASCII without spaces"},
      {{.name = "Town hall", .dvr_window_minutes = 0}, "dvrWindow must be at least 1"},
      {{.name = "Town hall", .dvr_window_minutes = 10081}, "dvrWindow must be at most 10080"},
      {{.name = "Town hall", .segment_duration_ms = 1999}, "segmentDuration must be at least 2000"},
      {{.name = "Town hall", .segment_duration_ms = 20001},
       "segmentDuration must be at most 20000"},
  };
  for (const auto &row : rows) {
    const auto entry = store->add(row.entry);
    ASSERT_FALSE(entry) << row.sentence;
    EXPECT_EQ(entry.error().code, ErrorCode::kInvalid);
    EXPECT_EQ(entry.error().message, row.sentence);
  }
  EXPECT_EQ(store->list({})->total, 0);
}

TEST_F(EntryStoreTest, UnknownId_IsNotFound) {
  EXPECT_EQ(store->get("1_nosuch00").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(store->remove("1_nosuch00").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(store->regenerate_token("1_nosuch00").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(store->update({.id = "1_nosuch00", .name = "Town hall"}).error().code,
            ErrorCode::kNotFound);
  EXPECT_EQ(store->get("1_nosuch00").error().message, "Entry id \"1_nosuch00\" not found");
}

TEST_F(EntryStoreTest, Update_KeepsTokenAndCreation) {
  Entry entry = added("Town hall");
  const std::string token = entry.token;
  entry.name = "Other name";
  entry.token = "ignored";
  entry.created_at = 1;
  const auto updated = store->update(entry);
  ASSERT_TRUE(updated);
  EXPECT_EQ(updated->name, "Other name");
  EXPECT_EQ(updated->token, token);
  EXPECT_GT(updated->created_at, 1);
}

TEST_F(EntryStoreTest, NewToken_ReplacesTheOldOne) {
  const Entry entry = added("Town hall");
  const auto renewed = store->regenerate_token(entry.id);
  ASSERT_TRUE(renewed);
  EXPECT_NE(renewed->token, entry.token);
  EXPECT_EQ(store->get(entry.id)->token, renewed->token);
  EXPECT_NE(token_id(entry.token), token_id(renewed->token));
}

TEST_F(EntryStoreTest, ChangesAndRemoval_AreTold) {
  std::vector<std::string> told;
  // The callback may call the store: no lock is held.
  store->on_change(
      [&](const std::string &id) { told.push_back(id + (store->get(id) ? " is" : " gone")); });
  Entry entry = added("Town hall");
  EXPECT_TRUE(told.empty());
  ASSERT_TRUE(store->update(entry));
  ASSERT_TRUE(store->regenerate_token(entry.id));
  ASSERT_TRUE(store->remove(entry.id));
  EXPECT_FALSE(store->remove(entry.id));
  EXPECT_EQ(told,
            (std::vector<std::string>{entry.id + " is", entry.id + " is", entry.id + " gone"}));
}

TEST_F(EntryStoreTest, List_IsNewestFirstAndPaged) {
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(added("Entry number " + std::to_string(i)).id);
  const auto page = store->list({.offset = 1, .limit = 2});
  ASSERT_TRUE(page);
  EXPECT_EQ(page->total, 5);
  ASSERT_EQ(page->entries.size(), 2u);
  EXPECT_EQ(page->entries[0].id, ids[3]);
  EXPECT_EQ(page->entries[1].id, ids[2]);
}

TEST_F(EntryStoreTest, Filters_MatchIdsAndPartsOfNames) {
  const Entry a = added("Spring 100% live"), b = added("Spring 1000 live"), c = added("Autumn");
  EXPECT_EQ(store->list({.ids = {a.id, c.id, "1_nosuch00"}})->total, 2);
  EXPECT_EQ(store->list({.name_like = "spring"})->total, 2);
  EXPECT_EQ(store->list({.name_like = "100%"})->total, 1);
  EXPECT_EQ(store->list({.name_like = "_pring"})->total, 0);
  EXPECT_EQ(store->list({.ids = {b.id}, .name_like = "Autumn"})->total, 0);
}

TEST_F(EntryStoreTest, Database_IsTheOwnersAlone) {
  added("Town hall");
  for (const char *name : {"klive.db", "klive.db-wal"}) {
    struct stat status {};
    ASSERT_EQ(stat((folder / name).c_str(), &status), 0) << name;
    EXPECT_EQ(status.st_mode & 0777, 0600u) << name;
  }
}

TEST_F(EntryStoreTest, NewerSchema_IsRefusedAndNotTouched) {
  store.reset();
  {
    auto database = Database::open(path());
    ASSERT_TRUE(database);
    ASSERT_TRUE(database->run("PRAGMA user_version=999"));
  }
  const auto opened = EntryStore::open(path());
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kConflict);
  EXPECT_NE(opened.error().message.find("schema version 999"), std::string::npos)
      << opened.error().message;
}

TEST_F(EntryStoreTest, Migration_MarksItsVersionOnce) {
  auto database = Database::open(folder / "new.db");
  ASSERT_TRUE(database);
  ASSERT_TRUE(migrate(*database));
  ASSERT_TRUE(migrate(*database));
  auto version = database->prepare("PRAGMA user_version");
  ASSERT_TRUE(version);
  ASSERT_TRUE(version->step());
  EXPECT_EQ(version->integer(0), schema_version());
}

TEST_F(EntryStoreTest, EntriesOfTheFirstSchema_AreCarriedOver) {
  const std::string old = folder / "old.db";
  {
    auto database = Database::open(old);
    ASSERT_TRUE(database);
    ASSERT_TRUE(database->run(R"(
        CREATE TABLE entries (id TEXT, name TEXT, description TEXT, token TEXT, profile TEXT, dvr INTEGER,
                              dvr_window INTEGER, record INTEGER, segment_duration INTEGER, admin_tags TEXT,
                              created_at INTEGER, updated_at INTEGER) STRICT;
        INSERT INTO entries VALUES ('1_abcd1234', 'Fête "a"', 'd', 'c0ffee00', 'Default_Live', 0, 30, 2, 4000,
                                    'lowlatency', 5, 6);
        PRAGMA user_version=1)"));
  }
  auto opened = EntryStore::open(old);
  ASSERT_TRUE(opened) << opened.error().message;
  const auto entry = (*opened)->get("1_abcd1234");
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->name, "Fête \"a\"");
  EXPECT_EQ(entry->token, "c0ffee00");
  EXPECT_EQ(entry->profile, 2);
  EXPECT_FALSE(entry->dvr);
  EXPECT_EQ(entry->dvr_window_minutes, 30);
  EXPECT_EQ(entry->record, RecordMode::kSession);
  EXPECT_EQ(entry->segment_duration_ms, 4000);
  EXPECT_TRUE(entry->low_latency());
  EXPECT_EQ(entry->created_at, 5);
  EXPECT_EQ(entry->partner, 101);
  EXPECT_EQ(entry->type, EntryType::kLiveStream);
}

TEST_F(EntryStoreTest, FileThatIsNoDatabase_IsRefused) {
  std::ofstream(folder / "bad.db") << std::string(4096, 'x');
  const auto opened = EntryStore::open(folder / "bad.db");
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("bad.db"), std::string::npos);
  EXPECT_FALSE(EntryStore::open(folder / "none/klive.db"));
}

TEST_F(EntryStoreTest, ManyThreads_SeeWholeEntries) {
  const Entry entry = added("Town hall");
  std::atomic<int> bad = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        if (t == 0) {
          if (!store->regenerate_token(entry.id)) ++bad;
        } else {
          const auto read = store->get(entry.id);
          if (!read || read->token.size() != 8) ++bad;
        }
      }
    });
  }
  for (auto &thread : threads) thread.join();
  EXPECT_EQ(bad, 0);
}

TEST(Entry, LowLatency_IsATagOfItsOwn) {
  EXPECT_TRUE((Entry{.admin_tags = "lowlatency"}).low_latency());
  EXPECT_TRUE((Entry{.admin_tags = "a, lowlatency ,b"}).low_latency());
  EXPECT_FALSE((Entry{.admin_tags = "nolowlatency,lowlatency2"}).low_latency());
  EXPECT_FALSE(Entry().low_latency());
}

}  // namespace
}  // namespace klive::app
