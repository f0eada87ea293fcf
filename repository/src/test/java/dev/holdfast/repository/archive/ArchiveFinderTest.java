package dev.holdfast.repository.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.codec.compress.CompressionType;
import dev.holdfast.domain.ArchiveId;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Sha1Hash;
import dev.holdfast.domain.StanzaName;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.repository.RepositoryLayout;
import dev.holdfast.storage.Storage;
import dev.holdfast.storage.StorageOutput;
import dev.holdfast.storage.memory.MemoryStorage;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArchiveFinderTest {
  private static final StanzaName STANZA = new StanzaName("demo");
  private static final ArchiveId ID = ArchiveId.parse("15-1");
  private static final String SEGMENT = "0000000100000000000000AB";
  private static final String HASH = "0123456789abcdef0123456789abcdef01234567";
  private static final String OTHER_HASH = "1123456789abcdef0123456789abcdef01234567";

  private final Storage storage = new MemoryStorage();
  private final ArchiveFinder finder = new ArchiveFinder(storage, STANZA);

  private void put(String name) {
    try (StorageOutput output = storage.write(RepositoryLayout.archiveFile(STANZA, ID, name))) {
      output.commit();
    }
  }

  @BeforeEach
  void archiveSomeFiles() {
    put(SEGMENT + "-" + HASH + ".zst");
    put("0000000100000000000000AC-" + HASH);
    put("0000000100000000000000AC.partial-" + OTHER_HASH + ".gz");
    put("0000000100000001000000AC-" + HASH);
    put("0000000100000000000000AC.00000028.backup");
    put("0000000100000000000000AC-" + HASH + ".hftmp");
    put("0000000100000000000000AD.00000000.hf");
    put("00000002.history");
    put("0000000A.history");
  }

  @Test
  void findsASegmentAndItsPartial() {
    assertThat(finder.find(ID, WalSegment.parse(SEGMENT)).orElseThrow().path(STANZA))
        .isEqualTo("archive/demo/15-1/0000000100000000/" + SEGMENT + "-" + HASH + ".zst");
    WalSegment second = WalSegment.parse("0000000100000000000000AC");
    assertThat(finder.find(ID, second).orElseThrow().compression()).isEqualTo(CompressionType.NONE);
    assertThat(finder.findPartial(ID, second).orElseThrow().hash().hex()).isEqualTo(OTHER_HASH);
    assertThat(finder.find(ID, WalSegment.parse("0000000100000000000000AD"))).isEmpty();
    assertThat(finder.find(ArchiveId.parse("16-2"), second)).isEmpty();
  }

  @Test
  void listsEachKindByItself() {
    assertThat(finder.archiveIds()).containsExactly(ID);
    assertThat(finder.directories(ID)).containsExactly("0000000100000000", "0000000100000001");
    assertThat(finder.segments(ID, "0000000100000000")).hasSize(3);
    assertThat(finder.backupFiles(ID, "0000000100000000"))
        .containsExactly("0000000100000000000000AC.00000028.backup");
    assertThat(finder.histories(ID)).containsExactly(new Timeline(2), new Timeline(10));
  }

  @Test
  void refusesTwoContentsOfOneSegment() {
    put(SEGMENT + "-" + OTHER_HASH + ".zst");
    assertThatThrownBy(() -> finder.find(ID, WalSegment.parse(SEGMENT)))
        .isInstanceOfSatisfying(
            HoldfastException.class,
            e -> {
              assertThat(e.code()).isEqualTo(ErrorCode.ARCHIVE_DUPLICATE);
              assertThat(e.getMessage()).contains(HASH, OTHER_HASH);
            });
  }

  @ParameterizedTest
  @EnumSource(CompressionType.class)
  void parsesTheNamesThatItMakes(CompressionType compression) {
    for (boolean partial : List.of(false, true)) {
      ArchivePath path =
          new ArchivePath(
              ID, WalSegment.parse(SEGMENT), partial, Sha1Hash.parse(HASH), compression);
      assertThat(ArchivePath.parse(ID, path.fileName())).contains(path);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        SEGMENT,
        SEGMENT + "-" + HASH + ".xz",
        SEGMENT + "-0123",
        SEGMENT + ".old-" + HASH,
        "0000000100000000000000ab-" + HASH,
        SEGMENT + "-0123456789ABCDEF0123456789abcdef01234567",
        "-" + HASH
      })
  void takesNothingElseForASegment(String name) {
    assertThat(ArchivePath.parse(ID, name)).isEmpty();
  }
}
