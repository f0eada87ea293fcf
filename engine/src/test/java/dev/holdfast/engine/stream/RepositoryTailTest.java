package dev.holdfast.engine.stream;

import static dev.holdfast.engine.stream.TailFixture.FIRST;
import static dev.holdfast.engine.stream.TailFixture.SIZE;
import static dev.holdfast.engine.stream.TailFixture.TIMELINE;
import static dev.holdfast.engine.stream.TailFixture.at;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.codec.compress.CompressionType;
import dev.holdfast.codec.digest.Sha1;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.repository.RepositoryLayout;
import dev.holdfast.storage.StorageOutput;
import dev.holdfast.storage.memory.MemoryStorage;
import dev.holdfast.testkit.Fault;
import dev.holdfast.testkit.Faults;
import dev.holdfast.testkit.FaultyStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class RepositoryTailTest {
  private final MemoryStorage memory = new MemoryStorage();

  private static TailFixture fixture(int seed) {
    CompressionType[] types = CompressionType.values();
    return new TailFixture(types[Math.floorMod(seed, types.length)]);
  }

  private static List<String> names(PieceStore store, WalSegment segment) {
    return store.list(segment.directory()).pieces().stream().map(PieceName::fileName).toList();
  }

  private static void storeWhole(PieceStore store, WalSegment segment) {
    String name = segment + "-" + Sha1.of(new byte[0]).hex();
    try (StorageOutput output =
        store
            .storage()
            .write(RepositoryLayout.archiveFile(store.stanza(), store.archiveId(), name))) {
      output.commit();
    }
  }

  @Property(tries = 40)
  void whatWasStoredComesBackHoweverItWasCut(
      @ForAll @Size(min = 1, max = 12) List<@IntRange(min = 1, max = 300_000) Integer> steps,
      @ForAll boolean encrypted,
      @ForAll int seed) {
    try (TailFixture fixture = fixture(seed)) {
      PieceStore store = fixture.store(new MemoryStorage(), encrypted);
      RepositoryTail tail = new RepositoryTail(store, fixture.source());
      List<byte[]> contents = new ArrayList<>();
      WalSegment segment = FIRST;
      for (int number = 0; number < 6; number++) {
        contents.add(fixture.segment(segment, seed + number));
        segment = segment.next(SIZE);
      }
      int end = 0;
      for (int step : steps) {
        end += step;
        tail.advance(TIMELINE, at(FIRST, end));
      }
      segment = FIRST;
      for (int left = end, number = 0; left > 0; left -= SIZE.bytes(), number++) {
        SegmentTail found = fixture.tail(segment, store).orElseThrow();
        assertThat(found.bytes()).isEqualTo(Math.min(left, SIZE.bytes()));
        assertThat(found.warnings()).isEmpty();
        assertThat(TailFixture.isBeginning(found, contents.get(number))).isTrue();
        segment = segment.next(SIZE);
      }
    }
  }

  @Property(tries = 60)
  void damageLeavesWhatIsBeforeIt(@ForAll int seed, @ForAll boolean encrypted) throws IOException {
    try (TailFixture fixture = fixture(seed)) {
      Random random = new Random(seed);
      MemoryStorage storage = new MemoryStorage();
      PieceStore store = fixture.store(storage, encrypted);
      byte[] content = fixture.segment(FIRST, seed);
      RepositoryTail tail = new RepositoryTail(store, fixture.source());
      List<Integer> ends = new ArrayList<>(List.of(0));
      for (int piece = 0; piece < 4; piece++) {
        ends.add(ends.getLast() + 1 + random.nextInt(100_000));
        tail.advance(TIMELINE, at(FIRST, ends.getLast()));
      }
      int damaged = random.nextInt(4);
      String path =
          RepositoryLayout.archiveFile(
              store.stanza(),
              store.archiveId(),
              new PieceName(FIRST, ends.get(damaged)).fileName());
      byte[] stored = storage.read(path).readAllBytes();
      int kept = stored.length;
      if (random.nextInt(3) == 0) {
        kept = random.nextInt(stored.length);
      } else {
        stored[random.nextInt(stored.length)] ^= (byte) (1 << random.nextInt(8));
      }
      try (StorageOutput output = storage.write(path)) {
        output.write(stored, 0, kept);
        output.commit();
      }
      SegmentTail found = fixture.tail(FIRST, store).orElse(null);
      if (found == null) {
        assertThat(damaged).isZero();
      } else {
        // A bit that compression and padding do not use changes nothing.
        assertThat(found.bytes()).isIn(ends.get(damaged), ends.getLast());
        assertThat(found.warnings()).hasSize(found.bytes() == ends.getLast() ? 0 : 1);
        assertThat(TailFixture.isBeginning(found, content)).isTrue();
      }
    }
  }

  @Property(tries = 40)
  void piecesOfAnotherWriterAreNeverMixedIn(@ForAll int seed) {
    try (TailFixture ours = fixture(seed);
        TailFixture theirs = fixture(seed)) {
      Random random = new Random(seed);
      MemoryStorage storage = new MemoryStorage();
      byte[] content = ours.segment(FIRST, seed);
      byte[] other = theirs.segment(FIRST, seed + 1L);
      RepositoryTail tail = new RepositoryTail(ours.store(storage, false), ours.source());
      RepositoryTail stranger = new RepositoryTail(theirs.store(storage, false), theirs.source());
      int[] ends = {0, 0};
      for (int step = 0; step < 12; step++) {
        int writer = random.nextInt(2);
        ends[writer] += 1 + random.nextInt(50_000);
        (writer == 0 ? tail : stranger).advance(TIMELINE, at(FIRST, ends[writer]));
      }
      ours.tail(FIRST, ours.store(storage, false))
          .ifPresent(found -> {
            byte[] whose = firstByte(found) == content[0] ? content : other;
            assertThat(TailFixture.isBeginning(found, whose)).isTrue();
          });
    }
  }

  private static byte firstByte(SegmentTail tail) {
    try {
      return Files.readAllBytes(tail.file())[0];
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Property(tries = 30)
  void afterFaultsTheNextPieceHealsWhatIsThere(@ForAll int seed) {
    try (TailFixture fixture = fixture(seed)) {
      Faults faults =
          Faults.randomly(
              seed,
              Map.of(Fault.FAILURE, 0.05, Fault.DISK_FULL, 0.05, Fault.UNREPORTED_COMMIT, 0.1));
      FaultyStorage storage = new FaultyStorage(new MemoryStorage(), faults);
      PieceStore store = fixture.store(storage, true);
      byte[] content = fixture.segment(FIRST, seed);
      RepositoryTail tail = new RepositoryTail(store, fixture.source());
      Random random = new Random(seed);
      int end = 0;
      int durable = 0;
      for (int step = 0; step < 15; step++) {
        end += 1 + random.nextInt(50_000);
        try {
          tail.advance(TIMELINE, at(FIRST, end));
          durable = end;
        } catch (HoldfastException e) {
          assertThat(e.getMessage()).isNotEmpty();
        }
        faults.enable(false);
        if (durable > 0) {
          SegmentTail found = fixture.tail(FIRST, store).orElseThrow();
          assertThat(found.bytes()).as("%s", faults).isGreaterThanOrEqualTo(durable);
          assertThat(TailFixture.isBeginning(found, content)).isTrue();
        }
        faults.enable(true);
      }
    }
  }

  @Property(tries = 40)
  void aStoreThatLiesGivesABeginningOrAnError(@ForAll int seed, @ForAll boolean encrypted) {
    try (TailFixture fixture = fixture(seed)) {
      Faults faults =
          Faults.randomly(
              seed,
              Map.of(
                  Fault.LOST_COMMIT, 0.1,
                  Fault.FLIPPED_BIT, 0.1,
                  Fault.TRUNCATED_READ, 0.1,
                  Fault.SHORT_READ, 0.3,
                  Fault.FAILURE, 0.02));
      PieceStore store = fixture.store(new FaultyStorage(new MemoryStorage(), faults), encrypted);
      byte[] content = fixture.segment(FIRST, seed);
      RepositoryTail tail = new RepositoryTail(store, fixture.source());
      Random random = new Random(seed);
      int end = 0;
      for (int step = 0; step < 8; step++) {
        end += 1 + random.nextInt(80_000);
        try {
          tail.advance(TIMELINE, at(FIRST, end));
          fixture
              .tail(FIRST, store)
              .ifPresent(found ->
                  assertThat(TailFixture.isBeginning(found, content)).as("%s", faults).isTrue());
        } catch (HoldfastException e) {
          assertThat(e.getMessage()).isNotEmpty();
        }
      }
    }
  }

  @Example
  void aNewWriterReplacesWhatTheLastOneLeft() {
    try (TailFixture fixture = fixture(4)) {
      PieceStore store = fixture.store(memory, false);
      byte[] content = fixture.segment(FIRST, 1);
      RepositoryTail first = new RepositoryTail(store, fixture.source());
      first.advance(TIMELINE, at(FIRST, 1000));
      first.advance(TIMELINE, at(FIRST, 5000));
      first.advance(TIMELINE, at(FIRST, 9000));
      assertThat(names(store, FIRST)).hasSize(3);

      new RepositoryTail(store, fixture.source()).advance(TIMELINE, at(FIRST, 9500));
      assertThat(names(store, FIRST)).containsExactly(FIRST + ".00000000.hf");
      assertTail(fixture, store, 9500, content);
    }
  }

  @Example
  void aSegmentThatGrowsForHoursHasFewPieces() {
    try (TailFixture fixture = fixture(0)) {
      PieceStore store = fixture.store(memory, false);
      byte[] content = fixture.segment(FIRST, 1);
      RepositoryTail tail = new RepositoryTail(store, fixture.source());
      for (int end = 1; end <= 1000; end++) {
        tail.advance(TIMELINE, at(FIRST, end * 8));
        assertThat(names(store, FIRST).size()).isLessThanOrEqualTo(SegmentPieces.MOST_PIECES + 1);
      }
      assertTail(fixture, store, 8000, content);
    }
  }

  @Example
  void piecesGoWhenTheSegmentIsThereAsAWhole() {
    try (TailFixture fixture = fixture(4)) {
      PieceStore store = fixture.store(memory, false);
      WalSegment next = FIRST.next(SIZE);
      fixture.segment(FIRST, 1);
      fixture.segment(next, 2);
      RepositoryTail tail = new RepositoryTail(store, fixture.source());
      tail.advance(TIMELINE, at(FIRST, 1000));
      tail.advance(TIMELINE, at(next, 1000));
      assertThat(names(store, FIRST))
          .containsExactly(FIRST + ".00000000.hf", FIRST + ".000003E8.hf", next + ".00000000.hf");
      storeWhole(store, FIRST);
      for (int look = 0; look < 4; look++) {
        tail.advance(TIMELINE, at(next, 1000));
      }
      assertThat(names(store, FIRST)).containsExactly(next + ".00000000.hf");
    }
  }

  @Example
  void leftoversOfOtherDirectoriesGoToo() {
    try (TailFixture fixture = fixture(4)) {
      PieceStore store = fixture.store(memory, false);
      WalSegment old = WalSegment.parse("000000010000000100000003");
      fixture.segment(FIRST, 1);
      fixture.segment(old, 2);
      new RepositoryTail(store, fixture.source()).advance(TIMELINE, at(FIRST, 1000));
      storeWhole(store, FIRST);
      RepositoryTail tail = new RepositoryTail(store, fixture.source());
      for (int look = 1; look < 4; look++) {
        tail.advance(TIMELINE, at(old, 1000 * look));
      }
      assertThat(names(store, FIRST)).isEmpty();
    }
  }

  @Example
  void aSegmentThatIsThereGetsNoMorePieces() {
    try (TailFixture fixture = fixture(4)) {
      PieceStore store = fixture.store(memory, false);
      WalSegment next = FIRST.next(SIZE);
      fixture.segment(FIRST, 1);
      fixture.segment(next, 2);
      RepositoryTail tail = new RepositoryTail(store, fixture.source());
      tail.advance(TIMELINE, at(FIRST, 1000));
      storeWhole(store, FIRST);
      tail.advance(TIMELINE, at(next, 10));
      assertThat(names(store, FIRST)).containsExactly(next + ".00000000.hf");
    }
  }

  @Example
  void farBehindOnlyTheNewestIsStored() throws IOException {
    try (TailFixture fixture = fixture(4)) {
      PieceStore store = fixture.store(memory, false);
      fixture.segment(FIRST, 1);
      WalSegment newest = WalSegment.parse("000000010000000000000053");
      fixture.segment(newest, 2);
      RepositoryTail tail = new RepositoryTail(store, fixture.source());
      tail.advance(TIMELINE, at(FIRST, 1000));
      Files.delete(fixture.wal.resolve(FIRST.toString()));
      tail.advance(TIMELINE, at(newest, 10));
      assertThat(names(store, FIRST))
          .containsExactly(FIRST + ".00000000.hf", newest + ".00000000.hf");
    }
  }

  @Example
  void theLongestOfSeveralRepositoriesIsTaken() {
    try (TailFixture fixture = fixture(2)) {
      byte[] content = fixture.segment(FIRST, 1);
      PieceStore shorter = fixture.store(memory, false);
      PieceStore longer = fixture.store(new MemoryStorage(), true);
      new RepositoryTail(shorter, fixture.source()).advance(TIMELINE, at(FIRST, 1000));
      new RepositoryTail(longer, fixture.source()).advance(TIMELINE, at(FIRST, 2000));
      SegmentTail found = fixture.tail(FIRST, shorter, longer, shorter).orElseThrow();
      assertThat(found.bytes()).isEqualTo(2000);
      assertThat(TailFixture.isBeginning(found, content)).isTrue();
    }
  }

  @Example
  void aStoreThatDoesNotAnswerIsNotAnEmptyOne() {
    try (TailFixture fixture = fixture(2)) {
      fixture.segment(FIRST, 1);
      Faults faults = Faults.from(Fault.FAILURE, 1);
      PieceStore store = fixture.store(new FaultyStorage(memory, faults), false);
      faults.enable(false);
      new RepositoryTail(store, fixture.source()).advance(TIMELINE, at(FIRST, 1000));
      faults.enable(true);
      assertThatThrownBy(() -> fixture.tail(FIRST, store)).isInstanceOf(HoldfastException.class);
    }
  }

  /** The first segment's tail has so many bytes, and they are those of the segment. */
  private static void assertTail(TailFixture fixture, PieceStore store, int bytes, byte[] content) {
    SegmentTail found = fixture.tail(FIRST, store).orElseThrow();
    assertThat(found.bytes()).isEqualTo(bytes);
    assertThat(TailFixture.isBeginning(found, content)).isTrue();
  }
}
