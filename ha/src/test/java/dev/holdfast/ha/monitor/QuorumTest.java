package dev.holdfast.ha.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.ha.raft.Peer;
import dev.holdfast.ha.wire.Json;
import dev.holdfast.ha.wire.MemberView;
import dev.holdfast.ha.wire.MonitorClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class QuorumTest {
  private static final String GROUP = "the group";
  private static final long TERM = 7;
  private static final String INCARNATION = "0123456789abcdef";

  private final List<Other> others = new ArrayList<>();
  private final Peer self =
      new Peer("m0", INCARNATION, new ServerAddress("h", 1), new ServerAddress("h", 2));

  /** Another monitor, which says what it is told to say. */
  private static final class Other {
    private final HttpServer server;
    private final Peer peer;
    private volatile long term = TERM;
    private volatile String group = GROUP;
    private volatile String incarnation = INCARNATION;
    private volatile CountDownLatch asked = new CountDownLatch(1);
    private volatile CountDownLatch speaks = new CountDownLatch(0);

    Other(String name) {
      try {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      ServerAddress place = new ServerAddress("127.0.0.1", server.getAddress().getPort());
      peer = new Peer(name, INCARNATION, place, place);
      server.createContext(
          "/v1/monitor",
          http -> {
            byte[] answer =
                Json.write(
                    new MemberView(
                        name,
                        incarnation,
                        place,
                        place,
                        List.of(),
                        Optional.of(group),
                        List.of(),
                        List.of(),
                        term));
            asked.countDown();
            awaited(speaks);
            http.getResponseHeaders().set(MonitorClient.MONITOR_HEADER, "1");
            http.sendResponseHeaders(200, answer.length);
            http.getResponseBody().write(answer);
            http.close();
          });
      server.start();
    }
  }

  private static void awaited(CountDownLatch latch) {
    try {
      assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** What is done for the first time takes long, and a quorum does not wait for long. */
  @BeforeEach
  void warmUp() {
    try (Quorum quorum = quorum(self, other("warm").peer)) {
      Eventually.see("an answer", quorum::confirm, confirmed -> confirmed);
    }
  }

  @AfterEach
  void stop() {
    others.forEach(other -> {
      other.speaks.countDown();
      other.server.stop(0);
    });
  }

  private Other other(String name) {
    Other other = new Other(name);
    others.add(other);
    return other;
  }

  private Quorum quorum(Peer... members) {
    return new Quorum(self, GROUP, TERM, () -> List.of(Set.of(members)), Optional.empty());
  }

  /** On a thread of its own: the client's answers come by the common pool. */
  private static CompletableFuture<Boolean> asking(Quorum quorum) {
    return CompletableFuture.supplyAsync(quorum::confirm, task -> Thread.ofPlatform().start(task));
  }

  @Test
  void oneOfTwoOthersIsAMajorityOfThree() {
    Other one = other("m1");
    Other two = other("m2");
    try (Quorum quorum = quorum(self, one.peer, two.peer)) {
      assertThat(quorum.confirm()).isTrue();
      two.server.stop(0);
      assertThat(quorum.confirm()).isTrue();
      one.term = TERM + 1;
      assertThat(quorum.confirm()).as("somebody has voted in a later term").isFalse();
    }
  }

  @Test
  void nobodyButItselfIsAMajorityOfOneOnly() {
    Other one = other("m1");
    one.server.stop(0);
    try (Quorum alone = quorum(self);
        Quorum two = quorum(self, one.peer)) {
      assertThat(alone.confirm()).isTrue();
      assertThat(two.confirm()).isFalse();
    }
  }

  @Test
  void whoIsAnotherIncarnationOrOfAnotherGroupDoesNotCount() {
    Other one = other("m1");
    try (Quorum quorum = quorum(self, one.peer)) {
      one.incarnation = "fedcba9876543210";
      assertThat(quorum.confirm()).isFalse();
      one.incarnation = INCARNATION;
      one.group = "another";
      assertThat(quorum.confirm()).isFalse();
      one.group = GROUP;
      assertThat(quorum.confirm()).isTrue();
    }
  }

  @Test
  void whileMembersChangeBothSetsHaveToAgree() {
    Other one = other("m1");
    Other two = other("m2");
    two.server.stop(0);
    List<Set<Peer>> sets = List.of(Set.of(self, one.peer), Set.of(self, one.peer, two.peer));
    List<Set<Peer>> others = List.of(Set.of(self, one.peer), Set.of(self, two.peer));
    try (Quorum quorum = new Quorum(self, GROUP, TERM, () -> sets, Optional.empty());
        Quorum split = new Quorum(self, GROUP, TERM, () -> others, Optional.empty())) {
      assertThat(quorum.confirm()).isTrue();
      assertThat(split.confirm()).isFalse();
    }
  }

  @Test
  void anAnswerToAnEarlierQuestionDoesNotCount() throws Exception {
    Other one = other("m1");
    one.speaks = new CountDownLatch(1);
    try (Quorum quorum = quorum(self, one.peer)) {
      CompletableFuture<Boolean> earlier = asking(quorum);
      awaited(one.asked);
      // It has said its term, and only then votes in a later one; then comes the next question.
      one.asked = new CountDownLatch(1);
      one.term = TERM + 1;
      CompletableFuture<Boolean> later = asking(quorum);
      one.speaks.countDown();
      assertThat(earlier.get(30, TimeUnit.SECONDS)).isTrue();
      assertThat(later.get(30, TimeUnit.SECONDS)).isFalse();
    }
  }
}
