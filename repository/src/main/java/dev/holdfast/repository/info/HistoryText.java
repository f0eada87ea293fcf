package dev.holdfast.repository.info;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.PgVersion;
import dev.holdfast.domain.SystemIdentifier;
import dev.holdfast.repository.ini.InfoTextWriter;
import dev.holdfast.repository.json.JsonReader;
import dev.holdfast.repository.json.JsonWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * The sections {@code [db]} and {@code [db:history]}, which both info files have. In archive.info's
 * history {@code db-id} holds the system identifier: a slip of long ago that the format keeps.
 */
final class HistoryText {
  static final String SECTION_DB = "db";
  static final String SECTION_HISTORY = "db:history";

  private static final String ID = "db-id";
  private static final String SYSTEM_ID = "db-system-id";
  private static final String VERSION = "db-version";
  private static final String CATALOG_VERSION = "db-catalog-version";
  private static final String CONTROL_VERSION = "db-control-version";

  private final boolean archive;
  private final List<ClusterEntry> entries = new ArrayList<>();
  private int currentId;

  /** Reads archive.info's, or else backup.info's. */
  HistoryText(boolean archive) {
    this.archive = archive;
  }

  /** Takes a value of any section; those that are not its own are left alone. */
  void value(String section, String key, JsonReader json) {
    if (section.equals(SECTION_DB)) {
      // The other keys repeat the current entry of the history, for older readers.
      if (key.equals(ID)) {
        currentId = json.readCount();
      }
    } else if (section.equals(SECTION_HISTORY)) {
      entries.add(entry(id(key), json));
    }
  }

  private static int id(String key) {
    try {
      return Integer.parseUnsignedInt(key);
    } catch (NumberFormatException e) {
      throw new HoldfastException(ErrorCode.FORMAT, "'" + key + "' is not a history id", e);
    }
  }

  private ClusterEntry entry(int id, JsonReader json) {
    SystemIdentifier systemId = null;
    PgVersion version = null;
    long catalogVersion = 0;
    long controlVersion = 0;
    json.beginObject();
    String key = json.nextKey();
    while (key != null) {
      if (key.equals(archive ? ID : SYSTEM_ID)) {
        systemId = new SystemIdentifier(json.readUnsigned());
      } else if (key.equals(VERSION)) {
        version = PgVersion.parse(json.readString());
      } else if (key.equals(CATALOG_VERSION) && !archive) {
        catalogVersion = json.readSize();
      } else if (key.equals(CONTROL_VERSION) && !archive) {
        controlVersion = json.readSize();
      } else {
        json.skip();
      }
      key = json.nextKey();
    }
    if (systemId == null || version == null) {
      throw new HoldfastException(
          ErrorCode.FORMAT, "history " + id + " lacks the system identifier or the version");
    }
    return new ClusterEntry(id, systemId, version, catalogVersion, controlVersion);
  }

  /** What was read. */
  ClusterHistory history() {
    if (entries.isEmpty()) {
      throw new HoldfastException(ErrorCode.FORMAT, "history is missing");
    }
    return new ClusterHistory(currentId, entries);
  }

  static void write(ClusterHistory history, boolean archive, InfoTextWriter text) {
    ClusterEntry current = history.current();
    if (!archive) {
      text.value(SECTION_DB, CATALOG_VERSION).number(current.catalogVersion());
      text.value(SECTION_DB, CONTROL_VERSION).number(current.controlVersion());
    }
    text.value(SECTION_DB, ID).number(current.id());
    text.value(SECTION_DB, SYSTEM_ID).unsigned(current.systemId().value());
    text.value(SECTION_DB, VERSION).string(current.version().toString());
    for (ClusterEntry entry : history.entries()) {
      JsonWriter json = text.value(SECTION_HISTORY, Integer.toString(entry.id()));
      json.beginObject();
      if (!archive) {
        json.key(CATALOG_VERSION).number(entry.catalogVersion());
        json.key(CONTROL_VERSION).number(entry.controlVersion());
      }
      json.key(archive ? ID : SYSTEM_ID).unsigned(entry.systemId().value());
      json.key(VERSION).string(entry.version().toString());
      json.endObject();
    }
  }
}
