package dev.holdfast.ha.keeper;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.TimelineHistory;
import dev.holdfast.domain.WalSegment;
import dev.holdfast.ha.decide.Command;
import dev.holdfast.ha.decide.KeeperMemory;
import dev.holdfast.ha.decide.KeeperRules;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.Order;
import dev.holdfast.ha.decide.Position;
import dev.holdfast.ha.decide.Server;
import dev.holdfast.ha.decide.Settings;
import dev.holdfast.ha.monitor.Eventually;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** When a standby that cannot be asked is given up for a new copy, and when it is waited for. */
class StrandingTest {
  private static final long SECOND = 1_000_000_000L;
  private static final NodeId HERE = new NodeId(2);
  private static final NodeId PRIMARY = new NodeId(1);
  private static final TimelineHistory LINE = new TimelineHistory(new Timeline(1), List.of());
  private static final WalSegment MISSING = WalSegment.parse("000000010000000000000005");

  private final AtomicLong clock = new AtomicLong();
  private final List<String> said = Collections.synchronizedList(new ArrayList<>());
  private final Supplied supplies = new Supplied();
  private final Stranding stranding = new Stranding(supplies, clock::get, said::add);
  private final KeeperMemory memory =
      new KeeperRules(Settings.DEFAULT)
          .accept(
              KeeperMemory.of(HERE),
              new Command.Tell(HERE, 1, 1, new Order.Follow(1, PRIMARY, LINE), 0))
          .orElseThrow();

  /** Says what a test wants it to, and counts how often it was asked for the last that it knows. */
  private static final class Supplied implements Stranding.Supplies {
    private final AtomicInteger questions = new AtomicInteger();
    private volatile WalSegment segment = MISSING;
    private volatile boolean upstreamLacks = true;
    private volatile boolean asksAgain = true;
    private volatile RepositoryCopies.Holding archived = RepositoryCopies.Holding.NO;
    private volatile boolean untried = true;

    @Override
    public Optional<WalSegment> segment() {
      return Optional.of(segment);
    }

    @Override
    public boolean upstreamLacks(ServerAddress upstream, Lsn from, TimelineHistory line) {
      throw new AssertionError("the standby here does not say how far it is");
    }

    @Override
    public boolean upstreamLacks(ServerAddress upstream, WalSegment at, TimelineHistory line) {
      if (!upstreamLacks) {
        questions.incrementAndGet();
      }
      return upstreamLacks;
    }

    @Override
    public boolean asksAgain(WalSegment at) {
      if (!asksAgain) {
        questions.incrementAndGet();
      }
      return asksAgain;
    }

    @Override
    public RepositoryCopies.Holding archived(WalSegment at, TimelineHistory line) {
      questions.incrementAndGet();
      return archived;
    }

    @Override
    public boolean isUntriedCopy() {
      return untried;
    }
  }

  private void look(Server server) {
    Sight sight =
        new Sight(
            server,
            false,
            new Position(LINE, new Lsn(0)),
            false,
            1,
            false,
            OptionalLong.empty(),
            Map.of(),
            OptionalLong.empty(),
            OptionalLong.empty());
    stranding.consider(memory, sight, false, Map.of(PRIMARY, new ServerAddress("127.0.0.1", 1)));
  }

  /** A look each second. */
  private void pass(int seconds) {
    for (int second = 0; second < seconds; second++) {
      clock.addAndGet(SECOND);
      look(Server.STANDBY);
    }
  }

  private void awaitQuestion() {
    int before = supplies.questions.get();
    for (int tries = 0; tries < 3 && supplies.questions.get() == before; tries++) {
      pass(12);
      Eventually.see("an answer", stranding::isAsking, asking -> !asking);
    }
    assertThat(supplies.questions.get()).isGreaterThan(before);
  }

  @Test
  void aCopyIsMadeWhenNobodyHasTheWalAndNotBefore() {
    pass(9);
    assertThat(supplies.questions.get()).isZero();
    supplies.upstreamLacks = false;
    awaitQuestion();
    assertThat(stranding.found()).isFalse();
    supplies.upstreamLacks = true;
    supplies.asksAgain = false;
    awaitQuestion();
    assertThat(stranding.found()).isFalse();
    supplies.asksAgain = true;
    supplies.archived = RepositoryCopies.Holding.YES;
    awaitQuestion();
    assertThat(stranding.found()).isFalse();
    supplies.archived = RepositoryCopies.Holding.NO;
    awaitQuestion();
    assertThat(stranding.found()).isTrue();
    assertThat(said).singleElement().asString().contains("missing in " + MISSING);

    stranding.over();
    assertThat(stranding.found()).isFalse();
  }

  @Test
  void aRepositoryThatCannotBeAskedIsWaitedForSomeMinutes() {
    supplies.archived = RepositoryCopies.Holding.UNKNOWN;
    for (int times = 0; times < 10; times++) {
      awaitQuestion();
      assertThat(stranding.found()).as("after " + clock.get()).isFalse();
    }
    // It gets on, and the time begins again.
    supplies.segment = WalSegment.parse("000000010000000000000006");
    for (int times = 0; times < 20; times++) {
      awaitQuestion();
      assertThat(stranding.found()).as("after " + clock.get()).isFalse();
    }
    for (int times = 0; times < 20 && !stranding.found(); times++) {
      awaitQuestion();
    }
    assertThat(stranding.found()).isTrue();
  }

  @Test
  void aCopyOfTheRepositoryThatEndsAgainAndAgainIsNotTriedForEver() {
    supplies.untried = false;
    end(10);
    assertThat(stranding.found()).as("a copy that did once may come up again").isFalse();
    stranding.over();
    supplies.untried = true;
    end(2);
    assertThat(stranding.found()).isFalse();
    end(1);
    assertThat(stranding.found()).isTrue();
  }

  private void end(int times) {
    for (int time = 0; time < times; time++) {
      look(Server.STANDBY);
      look(Server.STOPPED);
    }
  }
}
