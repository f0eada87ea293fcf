package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cli.HoldfastCommand.Outcome;
import dev.holdfast.cli.HoldfastCommand.Running;
import dev.holdfast.ha.decide.NodeId;
import dev.holdfast.ha.monitor.Eventually;
import dev.holdfast.ha.monitor.FakeKeeper;
import dev.holdfast.ha.wire.ClusterView;
import dev.holdfast.ha.wire.Json;
import dev.holdfast.ha.wire.MonitorClient;
import dev.holdfast.testkit.TestDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The monitor and its operators' verbs as processes; the keepers obey without a PostgreSQL. */
class ClusterVerbsTest {
  private final FakeKeeper.Site site = new FakeKeeper.Site();
  private final List<FakeKeeper> keepers = new ArrayList<>();
  private TestDirectory directory;
  private int port;
  private Running monitor;
  private MonitorClient client;

  @BeforeEach
  void start() {
    directory = TestDirectory.create();
    port = freePort();
    monitor = startMonitor("127.0.0.1:" + port);
    Eventually.see(
        "that it listens",
        this::printed,
        text -> text.contains("the monitor listens on http://127.0.0.1:" + port));
    client = new MonitorClient(address(), "main", Duration.ofSeconds(10));
  }

  @AfterEach
  void stop() {
    keepers.forEach(FakeKeeper::close);
    client.close();
    monitor.process().destroyForcibly();
    directory.close();
  }

  private Running startMonitor(String listen) {
    return HoldfastCommand.start(
        "monitor",
        "--no-config",
        "--monitor-listen=" + listen,
        "--monitor-path=" + directory.path().resolve("state"),
        "--log-level-file=off",
        "--log-level-console=info");
  }

  private String printed() {
    return output(monitor);
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private URI address() {
    return URI.create("http://127.0.0.1:" + port);
  }

  private Outcome operator(String... words) {
    List<String> command =
        new ArrayList<>(List.of("--no-config", "--stanza=main", "--monitor=" + address()));
    command.addAll(List.of(words));
    return HoldfastCommand.run(command.toArray(String[]::new));
  }

  private Outcome works(String... words) {
    Outcome outcome = operator(words);
    assertThat(outcome.exit()).as("%s: %s", List.of(words), outcome).isZero();
    return outcome;
  }

  private void nodes(String... names) {
    for (String name : names) {
      int number = keepers.size() + 1;
      keepers.add(FakeKeeper.start(site, address(), "main", name, number, 5430 + number));
      steady(number);
    }
  }

  private ClusterView steady(int nodes) {
    return Eventually.see(
        nodes + " nodes in peace",
        client::view,
        view ->
            view.nodes().size() == nodes
                && view.course().equals(ClusterView.STEADY)
                && view.proven()
                && view.waiting().isEmpty());
  }

  @Test
  void showsAClusterAndHowToConnectToIt() {
    Outcome none = operator("status");
    assertThat(none.exit()).isEqualTo(80);
    assertThat(none.err()).contains("knows no cluster 'main'", "first node's keeper");

    nodes("a", "b");
    assertThat(works("status").out())
        .startsWith("Cluster main: steady, primary a, epoch 1\n")
        .containsPattern("\n a    \\| 1    \\| 127.0.0.1:5431 \\| primary/primary +\\| 1: 0/3")
        .containsPattern(
            "\n b    \\| 2    \\| 127.0.0.1:5432 \\| secondary/standby of a \\| 1: 0/3")
        .endsWith("\nProtection: ANY 1 (b)\n");
    ClusterView view =
        Json.read(
            works("status", "--output=json").out().getBytes(StandardCharsets.UTF_8),
            ClusterView.class);
    assertThat(view.nodes()).extracting(ClusterView.NodeView::name).containsExactly("a", "b");

    String hosts = "postgresql://127.0.0.1:5431,127.0.0.1:5432/postgres?";
    assertThat(works("uri", "--output=libpq").out())
        .isEqualTo(hosts + "target_session_attrs=read-write\n");
    assertThat(works("uri").out()).contains("jdbc:" + hosts + "targetServerType=primary");
    assertThat(works("events").out()).contains("epoch 1  b has registered, as number 2");
    assertThat(works("events", "--output=json").out()).contains("\"text\" : ");
  }

  @Test
  void switchesOverAndEndsWithANewPrimary() {
    nodes("a", "b", "c");
    assertThat(works("switchover", "--to=c", "--dry-run").out())
        .contains("Nothing is done.", "Node a stops, and hands over.");
    assertThat(client.view().epoch()).isEqualTo(1);

    Outcome done = works("switchover", "--to=c");
    assertThat(done.out())
        .contains("Node a stops, and hands over.", "the promotion is done")
        .endsWith("\nc is the primary\n");
    assertThat(client.view().primary()).contains(new NodeId(3));
    assertThat(works("switchover", "--to=c").out()).endsWith("\nc is the primary\n");
    assertThat(works("switchover").out()).doesNotContain("c is the primary");

    Outcome nobody = operator("switchover", "--to=d");
    assertThat(nobody.exit()).isEqualTo(96);
    assertThat(nobody.err()).contains("no node 'd'", "It has: a, b, c");
  }

  @Test
  void failsOverWhenThePrimaryIsGone() {
    nodes("a");
    Outcome alone = operator("switchover");
    assertThat(alone.exit()).isEqualTo(101);
    assertThat(alone.err()).contains("the monitor refuses: No node is a secondary");

    nodes("b");
    keepers.getFirst().close();
    // Which the monitor may have begun by itself before it is asked.
    assertThat(works("failover", "--to=b").out()).endsWith("\nb is the primary\n");
    Eventually.see(
        "that a is missed",
        () -> works("status").out(),
        text -> text.contains("a: its keeper is silent. Start holdfast keeper there"));

    // Nobody but a holds what b acknowledges now, alone.
    keepers.getLast().close();
    Eventually.see(
        "that the primary is missed",
        () -> operator("failover"),
        outcome -> outcome.err().contains("What node b acknowledged may be on no other node."));
    Outcome late = operator("failover", "--allow-data-loss", "--ha-timeout=1s");
    assertThat(late.exit()).isEqualTo(101);
    assertThat(late.out()).contains("bytes are lost");
    assertThat(late.err()).contains("not within 1 s: another primary", "HINT: b: ");
  }

  @Test
  void changesNodesAndSettings() {
    nodes("a", "b", "c");
    assertThat(works("node", "set", "b", "--candidate-priority=0").out())
        .contains("Node b is changed.");
    assertThat(works("node", "set", "b", "--no-replication-quorum").exit()).isZero();
    assertThat(client.view().node("b").orElseThrow())
        .satisfies(node -> {
          assertThat(node.priority()).isZero();
          assertThat(node.quorum()).isFalse();
        });
    assertThat(operator("node", "set", "b").exit()).isEqualTo(37);
    assertThat(operator("node", "promote", "b").exit()).isEqualTo(43);

    assertThat(works("settings", "--strict", "--number-sync-standbys=2", "--loss-budget=2MB").out())
        .contains("The settings are noted.");
    assertThat(works("settings").out())
        .contains("strict                y\n", "standbys  2\n", "loss-budget           2MB\n");
    works("settings", "--lease=4500ms", "--slot-wal-keep-size=20GiB");
    assertThat(works("settings").out())
        .contains("lease                 4.5s\n", "slot-wal-keep-size    20GB\n");
    works("settings", "--no-strict", "--number-sync-standbys=1", "--profile=fast");
    assertThat(works("settings").out()).contains("profile               fast\n");
    works("settings", "--profile=normal");
    assertThat(client.view().settings().strict()).isFalse();

    assertThat(works("maintenance", "on", "b").out()).endsWith("\nb is in maintenance\n");
    assertThat(works("status").out())
        .contains("b: it is in maintenance. holdfast maintenance off ends it.\n");
    works("maintenance", "off", "b");
    assertThat(operator("maintenance", "b").exit()).isEqualTo(43);
    steady(3);
    assertThat(works("fence", "b").out()).endsWith("\nb is fenced: PostgreSQL is stopped there\n");
    assertThat(works("status").out())
        .contains("b: it is fenced. holdfast unfence starts it again.\n");
    assertThat(operator("maintenance", "on", "b").err()).contains("b is fenced. Unfence it first.");
    assertThat(operator("fence").exit()).isEqualTo(43);
    works("unfence", "b");
    steady(3);

    assertThat(works("node", "drop", "b").out())
        .endsWith("\nb is not part of the cluster any more\n");
    assertThat(steady(2).node("b")).isEmpty();
  }

  @Test
  void watchesUntilItIsInterrupted() {
    nodes("a", "b");
    Running watching =
        HoldfastCommand.start("watch", "--no-config", "--stanza=main", "--monitor=" + address());
    Eventually.see(
        "the cluster as it is",
        () -> output(watching),
        text -> text.contains("Cluster main: steady, primary a"));
    works("fence", "b");
    Eventually.see(
        "a page more, with what happened",
        () -> output(watching),
        text ->
            text.contains("b: it is fenced") && text.contains("an operator: Node b is stopped"));
    watching.process().destroy();
    assertThat(watching.await().exit()).isZero();
  }

  private static String output(Running program) {
    try {
      return Files.readString(program.out());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void endsInOrderAndRefusesWhatIsNotSafe() {
    Outcome second = startMonitor("127.0.0.1:" + freePort()).await();
    assertThat(second.exit()).as("%s", second).isEqualTo(50);
    assertThat(second.err()).contains("another monitor has the directory");
    Outcome open = startMonitor("0.0.0.0:" + port).await();
    assertThat(open.exit()).isEqualTo(37);
    assertThat(open.err()).contains("holdfast certificates");

    nodes("a");
    monitor.process().destroy();
    Outcome ended = monitor.await();
    assertThat(ended.exit()).as("%s", ended).isZero();
    assertThat(ended.out() + ended.err()).contains("cluster 'main', epoch 1: a has registered");
    Outcome nobody = operator("status");
    assertThat(nobody.exit()).isEqualTo(49);
    assertThat(nobody.err()).contains("does not answer", "Is holdfast monitor running there?");
  }
}
