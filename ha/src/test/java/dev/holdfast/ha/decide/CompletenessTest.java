package dev.holdfast.ha.decide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.TimelineHistory;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a node says of what it holds after its data was replaced. */
class CompletenessTest {
  private static final Position PRIMARYS =
      new Position(new TimelineHistory(new Timeline(1), List.of()), new Lsn(500));

  private final KeeperRules rules = new KeeperRules(Settings.DEFAULT);
  private final KeeperMemory copied =
      KeeperMemory.of(new NodeId(2)).sawData().rebuildBegins().rebuilt(PRIMARYS);

  private boolean complete(KeeperMemory memory, boolean busy, Server server, long lsn) {
    KeeperView view =
        new KeeperView(
            busy,
            server,
            new Position(PRIMARYS.history(), new Lsn(lsn)),
            0,
            false,
            false,
            0,
            Protection.UNPROTECTED,
            new Lsn(0),
            Set.of(),
            0,
            0,
            0,
            0,
            0,
            0);
    return rules.report(memory, view, 1).complete();
  }

  @Test
  void aCopyCountsWhenItHoldsWhatThePrimaryHeldAndNotBefore() {
    assertThat(complete(copied, false, Server.STANDBY, 499)).isFalse();
    assertThat(complete(copied, false, Server.STANDBY, 500)).isTrue();
  }

  @Test
  void aCopyThatWasNeverStartedHoldsNothingForCertain() {
    assertThat(complete(copied, true, Server.STOPPED, 500))
        .as("its position is the primary's")
        .isFalse();
    assertThat(complete(copied, false, Server.STOPPED, 500)).isTrue();
    assertThat(complete(copied, false, Server.ABSENT, 500)).isFalse();
  }

  @Test
  void aRestoredNodeCountsWhenItIsToldToLeadWithThatAndNotBefore() {
    KeeperMemory restored = copied.rebuildBegins().restoredFor(7);
    assertThat(complete(restored, false, Server.STOPPED, 900)).isFalse();
    Order another = new Order.Lead(8, new Timeline(1), 1, Protection.UNPROTECTED);
    assertThat(complete(told(restored, another), false, Server.STOPPED, 900)).isFalse();
    Order lead = new Order.Lead(7, new Timeline(1), 1, Protection.UNPROTECTED);
    assertThat(complete(told(restored, lead), false, Server.STOPPED, 400)).isTrue();
  }

  private KeeperMemory told(KeeperMemory memory, Order order) {
    return rules.accept(memory, new Command.Tell(memory.node(), 1, 1, order, 0)).orElseThrow();
  }
}
