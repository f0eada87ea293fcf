package dev.holdfast.engine.archive;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.domain.WalSegment;
import dev.holdfast.domain.WalSegmentSize;
import java.util.List;
import org.junit.jupiter.api.Test;

class GetQueueTest {
  private static final WalSegment FIRST = WalSegment.parse("0000000100000001000000FE");
  private static final long FOUR_SEGMENTS = 64L * 1024 * 1024;

  private static GetQueue plan(boolean found, List<String> present, long queueMax) {
    return GetQueue.plan(FIRST, found, present, queueMax, WalSegmentSize.DEFAULT);
  }

  private static List<String> names(GetQueue queue) {
    return queue.needed().stream().map(WalSegment::toString).toList();
  }

  @Test
  void fetchesTheRequestedSegmentAndThoseThatFollowAcrossTheEndOfALog() {
    assertThat(names(plan(false, List.of(), FOUR_SEGMENTS)))
        .containsExactly(
            "0000000100000001000000FE",
            "0000000100000001000000FF",
            "000000010000000200000000",
            "000000010000000200000001");
  }

  @Test
  void beginsAfterTheSegmentThatWasDelivered() {
    assertThat(names(plan(true, List.of(), FOUR_SEGMENTS)).getFirst())
        .isEqualTo("0000000100000001000000FF");
  }

  @Test
  void fetchesTwoSegmentsAtLeast() {
    assertThat(names(plan(false, List.of(), 1))).hasSize(2);
  }

  @Test
  void keepsWhatIsStillNeededWithItsWarningAndRemovesTheRest() {
    GetQueue queue =
        plan(
            false,
            List.of(
                "0000000100000001000000AA",
                "0000000100000001000000FE.error",
                "0000000100000001000000FF",
                "0000000100000001000000FF.ok",
                "000000010000000200000000.ok",
                "000000010000000200000001.abcdefgh.hftmp",
                "global.error"),
            FOUR_SEGMENTS);

    assertThat(names(queue))
        .containsExactly(
            "0000000100000001000000FE", "000000010000000200000000", "000000010000000200000001");
    assertThat(queue.obsolete())
        .containsExactly(
            "0000000100000001000000AA",
            "0000000100000001000000FE.error",
            "000000010000000200000000.ok",
            "000000010000000200000001.abcdefgh.hftmp",
            "global.error");
  }
}
