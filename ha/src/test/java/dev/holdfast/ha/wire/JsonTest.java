package dev.holdfast.ha.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Lsn;
import dev.holdfast.domain.ServerAddress;
import dev.holdfast.domain.Timeline;
import dev.holdfast.domain.TimelineHistory;
import dev.holdfast.ha.decide.Command;
import dev.holdfast.ha.decide.Course;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.decide.NodeState;
import dev.holdfast.ha.decide.Observation;
import dev.holdfast.ha.decide.Order;
import dev.holdfast.ha.decide.Position;
import dev.holdfast.ha.decide.Protection;
import dev.holdfast.ha.decide.Recovery;
import dev.holdfast.ha.decide.Report;
import dev.holdfast.ha.decide.Request;
import dev.holdfast.ha.decide.Server;
import dev.holdfast.ha.decide.Settings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What is written is read as what it was; every variant, so that a new one is not forgotten. */
class JsonTest {
  private static final NodeId A = new NodeId(1);
  private static final NodeId B = new NodeId(2);
  private static final Timeline THREE = new Timeline(3);
  private static final TimelineHistory LINE =
      new TimelineHistory(
          THREE, List.of(new TimelineHistory.Ancestor(new Timeline(1), Lsn.parse("16/B374D848"))));
  private static final Position POSITION = new Position(LINE, Lsn.parse("FFFFFFFF/FFFFFFFF"));
  private static final Report REPORT =
      new Report(
          A,
          1L << 33,
          7,
          true,
          Server.FROZEN,
          POSITION,
          true,
          2,
          false,
          9,
          Lsn.parse("0/0"),
          Set.of(B),
          2,
          3);
  private static final Recovery RECOVERY =
      new Recovery(
          Optional.of("20261122-010203F"),
          "time",
          Optional.of("2026-11-22 01:00:00+00"),
          Optional.of("current"),
          true);
  private static final Protection BOTH = Protection.confirmedBy(List.of(A, B), 1);

  private static final List<Observation> OBSERVATIONS =
      List.of(
          new Observation.Heard(REPORT),
          new Observation.Joining(Long.MIN_VALUE, "düne \"1\"", new Timeline(3)),
          new Observation.Asked(Long.MAX_VALUE, new Request.Drop(A)),
          new Observation.Started(),
          new Observation.Waited());
  private static final List<Order> ORDERS =
      List.of(
          new Order.Lead(5, THREE, 4, BOTH),
          new Order.Freeze(5),
          new Order.Fetch(5, B),
          new Order.Restore(5, RECOVERY, THREE),
          new Order.Follow(5, A, LINE),
          new Order.Stop(5),
          new Order.Rest(5),
          new Order.Leave(5));
  private static final List<Protection> PROTECTIONS =
      List.of(BOTH, Protection.UNPROTECTED, Protection.LEASED);
  private static final List<Course> COURSES =
      List.of(
          new Course.Forming(),
          new Course.Steady(-4),
          new Course.Handover(1, Optional.of(B), NodeState.MAINTENANCE, 2),
          new Course.Election(
              Course.Cause.HUNG,
              Optional.empty(),
              NodeState.DEMOTED,
              true,
              Optional.of(POSITION),
              Optional.of(B),
              Optional.of(RECOVERY),
              3),
          new Course.Promotion(A, NodeState.DROPPED, 4));
  private static final List<Command> COMMANDS =
      List.of(
          new Command.Tell(A, Long.MAX_VALUE, 6, ORDERS.getFirst(), 3_000_000_000L),
          new Command.Enrolled(77, B),
          new Command.Answer(77, false, "no"));
  private static final List<Request> REQUESTS =
      List.of(
          new Request.Switchover(Optional.of(A)),
          new Request.Failover(Optional.empty(), true),
          new Request.Recover(A, RECOVERY, true),
          new Request.Maintenance(A, true),
          new Request.Fence(B, false),
          new Request.Drop(B),
          new Request.Change(B, 0, false),
          new Request.Set(Settings.DEFAULT.withStrict(true)));

  private static <T> void survive(Class<T> type, List<T> values) {
    assertThat(values.stream().<Class<?>>map(Object::getClass).collect(Collectors.toSet()))
        .as("the variants that are tried")
        .containsExactlyInAnyOrder(type.getPermittedSubclasses());
    for (T value : values) {
      assertThat(Json.read(Json.write(value), type)).isEqualTo(value);
    }
  }

  private static <T> void survives(Class<T> type, T value) {
    assertThat(Json.read(Json.write(value), type)).isEqualTo(value);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void everyVariantSurvives() {
    survive(Observation.class, OBSERVATIONS);
    survive(Order.class, ORDERS);
    survive(Protection.class, PROTECTIONS);
    survive(Course.class, COURSES);
    survive(Command.class, COMMANDS);
    survive(Request.class, REQUESTS);
  }

  @Test
  void everyMessageSurvives() {
    ServerAddress endpoint = new ServerAddress("::1", 5432);
    for (Order order : ORDERS) {
      survives(
          Directive.class,
          new Directive(
              new Command.Tell(B, 1, 2, order, 3),
              Settings.DEFAULT,
              true,
              Map.of(A, endpoint, B, new ServerAddress("db2", 1))));
    }
    survives(Welcome.class, new Welcome(A, "secret", Settings.DEFAULT));
    survives(
        Joining.class,
        new Joining(1, "a", endpoint, new Existing("7", new Timeline(3), true, "db1:5432", true)));
    survives(Reporting.class, new Reporting(REPORT, endpoint, "7"));
    REQUESTS.forEach(request -> survives(Asking.class, new Asking(3, request)));
    survives(Refusal.class, new Refusal(49, "no", List.of("yes")));
    survives(
        ClusterView.class,
        new ClusterView(
            "main",
            1,
            2,
            "steady",
            Optional.of(A),
            Optional.of("ANY 1 (b)"),
            true,
            Settings.DEFAULT,
            List.of(
                new ClusterView.NodeView(
                    A, "a", Optional.of(endpoint), 50, true, NodeState.PRIMARY, Optional.empty()),
                new ClusterView.NodeView(
                    B,
                    "b",
                    Optional.empty(),
                    50,
                    true,
                    NodeState.SECONDARY,
                    Optional.of(
                        new ClusterView.Seen(
                            Duration.ofMillis(3),
                            false,
                            Server.STANDBY,
                            2,
                            Optional.of(A),
                            THREE,
                            Lsn.parse("1/2"),
                            Optional.of(5L))))),
            List.of(new ClusterView.Waiting(A, "why", "what helps"))));
    List<Event> events = List.of(new Event(Instant.EPOCH, 1, 2, "it began"));
    assertThat(Json.readList(Json.write(events), Event.class)).isEqualTo(events);
  }

  @Test
  void writesStatesAsTheDocumentationDoes() {
    for (NodeState each : NodeState.values()) {
      assertThat(new String(Json.write(each), StandardCharsets.UTF_8))
          .isEqualTo("\"" + each + "\"");
      survives(NodeState.class, each);
    }
    for (Server each : Server.values()) {
      survives(Server.class, each);
    }
    for (Course.Cause each : Course.Cause.values()) {
      survives(Course.Cause.class, each);
    }
    assertThat(new String(Json.write(Course.Cause.CRASH_LOOP), StandardCharsets.UTF_8))
        .isEqualTo("\"crash_loop\"");
  }

  @Test
  void passesOverWhatANewerVersionAdded() {
    assertThat(
            Json.read(
                bytes("{\"type\":\"fetch\",\"epoch\":3,\"from\":2,\"urgently\":{\"very\":1}}"),
                Order.class))
        .isEqualTo(new Order.Fetch(3, B));
  }

  @Test
  void saysWhatIsMissingOrWrong() {
    invalid(Order.class, "{\"type\":\"fetch\",\"epoch\":3}", "from");
    invalid(Order.class, "{\"type\":\"fetch\",\"epoch\":null,\"from\":1}", "epoch");
    invalid(Order.class, "{\"type\":\"fly\",\"epoch\":3}", "fly");
    invalid(Order.class, "{\"epoch\":3}", "type");
    invalid(Request.class, "{\"type\":\"switchover\"}", "target");
    invalid(Order.class, "{\"type\":\"fetch\",\"epoch\":3,\"from\":0}", "node 0 is not 1 or more");
    invalid(ServerAddress.class, "{\"host\":\"a b\",\"port\":1}", "invalid host 'a b'");
    invalid(ServerAddress.class, "{\"host\":\"a\",\"port\":", "ServerAddress");
    invalid(ServerAddress.class, "null", "ServerAddress");
    invalid(ServerAddress.class, "", "ServerAddress");
  }

  private static void invalid(Class<?> type, String text, String reason) {
    assertThatThrownBy(() -> Json.read(bytes(text), type))
        .isInstanceOf(HoldfastException.class)
        .hasMessageContaining(reason)
        .satisfies(error ->
            assertThat(((HoldfastException) error).code()).isEqualTo(ErrorCode.JSON_FORMAT));
  }

  @Test
  void settingsOfAnEarlierVersionHaveTheDefaultsOfWhatCameLater() {
    Settings settings = Settings.DEFAULT.withStrict(true).withSlotWalKeepSize(32 << 20);
    String text = new String(Json.write(settings), StandardCharsets.UTF_8);
    assertThat(text).contains(",\"slotWalKeepSize\":33554432");
    String earlier = text.replace(",\"slotWalKeepSize\":33554432", "");
    assertThat(Json.read(earlier.getBytes(StandardCharsets.UTF_8), Settings.class))
        .isEqualTo(Settings.DEFAULT.withStrict(true));
    assertThatThrownBy(() ->
            Json.read(
                earlier.replaceFirst("\"strict\":true,", "").getBytes(StandardCharsets.UTF_8),
                Settings.class))
        .isInstanceOf(HoldfastException.class)
        .hasMessageContaining("strict");
  }
}
