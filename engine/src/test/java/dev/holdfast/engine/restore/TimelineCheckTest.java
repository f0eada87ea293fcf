package dev.holdfast.engine.restore;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.TimelineHistory;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TimelineCheckTest {
  private static final Timeline ONE = new Timeline(1);
  private static final Map<Long, String> HISTORY =
      Map.of(
          2L, "1\t0/5000000\tno recovery target specified\n",
          3L, "1\t0/3000000\tbefore 2026-11-21\n",
          4L, "1\t0/5000000\tx\n2\t0/9000000\ty\n");

  private final TimelineCheck check =
      new TimelineCheck(
          Optional.of(new Timeline(4)),
          timeline -> TimelineHistory.parse(timeline, HISTORY.get(timeline.number())));

  @Test
  void followsTheLatestTimelineThroughItsAncestors() {
    assertThatCode(() -> check.check(ONE, Lsn.parse("0/4000000"), RecoveryTarget.END))
        .doesNotThrowAnyException();
  }

  @Test
  void refusesATimelineThatForkedBeforeTheBackup() {
    assertThatThrownBy(() -> check.check(ONE, Lsn.parse("0/4000000"), to("3")))
        .isInstanceOfSatisfying(
            HoldfastException.class,
            e ->
                org.assertj.core.api.Assertions.assertThat(e.code())
                    .isEqualTo(ErrorCode.DB_MISMATCH))
        .hasMessageContaining("forked from backup timeline 1 at 0/3000000");
  }

  @Test
  void refusesATimelineThatDoesNotDescendFromTheBackups() {
    assertThatThrownBy(() -> check.check(new Timeline(3), Lsn.parse("0/4000000"), to("0x4")))
        .hasMessageContaining("is not in the history of target timeline 4");
  }

  @Test
  void theBackupsOwnTimelineNeedsNoHistory() {
    TimelineCheck none =
        new TimelineCheck(
            Optional.empty(),
            timeline -> {
              throw new AssertionError("history of " + timeline + " was read");
            });
    assertThatCode(() -> none.check(ONE, Lsn.parse("0/1"), to("current")))
        .doesNotThrowAnyException();
    assertThatCode(() -> none.check(ONE, Lsn.parse("0/1"), to("1"))).doesNotThrowAnyException();
    assertThatCode(() -> none.check(ONE, Lsn.parse("0/1"), RecoveryTarget.END))
        .doesNotThrowAnyException();
  }

  @Test
  void refusesATimelineThatIsNoNumber() {
    assertThatThrownBy(() -> check.check(ONE, Lsn.parse("0/1"), to("newest")))
        .hasMessageContaining("invalid target timeline 'newest'");
  }

  private static RecoveryTarget to(String timeline) {
    return new RecoveryTarget(
        RecoveryType.DEFAULT, null, false, RecoveryTarget.Action.PAUSE, timeline);
  }
}
