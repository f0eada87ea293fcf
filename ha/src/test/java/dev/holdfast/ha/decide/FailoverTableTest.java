package dev.holdfast.ha.decide;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code docs/failover-table.md} is the table that the monitor decides by, and no other. */
class FailoverTableTest {
  private static final Path PAGE = Path.of("..", "docs", "failover-table.md");
  private static final String COMMAND =
      "mvn -q -o -pl ha -am -Dtest=FailoverTableTest"
          + " -Dsurefire.failIfNoSpecifiedTests=false -Dholdfast.regenerate=true test";

  @Test
  void thePageIsTheTable() throws IOException {
    if (Boolean.getBoolean("holdfast.regenerate")) {
      Files.writeString(PAGE, page());
    }
    assertThat(Files.readString(PAGE)).as("regenerate with: " + COMMAND).isEqualTo(page());
  }

  @Test
  void everyRuleHasItsOwnNameAndTellsItsReason() {
    assertThat(Rules.TABLE).extracting(Rule::name).doesNotHaveDuplicates();
    assertThat(Rules.TABLE).allSatisfy(rule -> assertThat(rule.because()).isNotBlank());
  }

  @Test
  void rulesSpeakOfStatesThatThereAre() {
    Set<String> known =
        Arrays.stream(NodeState.values()).map(NodeState::toString).collect(Collectors.toSet());
    for (Rule rule : Rules.TABLE) {
      assertThat(known).containsAll(states(rule.from())).containsAll(states(rule.to()));
    }
  }

  @Test
  void everyStateCanBeReachedAndLeft() {
    Set<String> reached = new LinkedHashSet<>(Set.of("single", "wait_standby"));
    Set<String> left = new LinkedHashSet<>();
    for (Rule rule : Rules.TABLE) {
      reached.addAll(states(rule.to()));
      left.addAll(states(rule.from()));
    }
    // By an operator's request, and the others' part in an election.
    reached.addAll(
        List.of("draining", "wait_maintenance", "fenced", "dropped", "report_lsn", "recovering"));
    left.addAll(List.of("maintenance", "fenced"));
    assertThat(reached)
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(NodeState.values()).map(NodeState::toString).toList());
    assertThat(left).containsAll(reached);
  }

  private static List<String> states(String list) {
    return list.isEmpty() ? List.of() : List.of(list.split(", "));
  }

  private static String page() {
    StringBuilder page = new StringBuilder();
    page.append("# Who becomes the primary, and when\n\n")
        .append("Generated from the rules that the monitor decides by; change them, then run:\n\n")
        .append("    ")
        .append(COMMAND)
        .append("\n\n")
        .append("Rules are tried from the top. The first that applies changes the state, and the")
        .append(" table is tried\nagain from the top, until none applies. Nothing is said to")
        .append(" anybody before the new state is durable.\nWhen an election begins, every other")
        .append(" node but those in maintenance, fenced, new or leaving goes to\n`report_lsn`.\n\n")
        .append("## States of a node\n\n| State | The node |\n|---|---|\n");
    for (NodeState state : NodeState.values()) {
      page.append("| `").append(state).append("` | ").append(state.meaning()).append(" |\n");
    }
    page.append(
        "\n## Rules\n\n| # | Rule | From | To | When | Because |\n|---|---|---|---|---|---|\n");
    int number = 1;
    for (Rule rule : Rules.TABLE) {
      page.append("| ")
          .append(number++)
          .append(" | ")
          .append(
              String.join(" | ", rule.name(), rule.from(), rule.to(), rule.when(), rule.because()))
          .append(" |\n");
    }
    page.append("\n## The same as a diagram\n\n```mermaid\nstateDiagram-v2\n")
        .append("  [*] --> single: the first node registers\n")
        .append("  [*] --> wait_standby: another node registers\n")
        .append("  primary --> draining: switchover\n")
        .append("  secondary --> wait_maintenance: maintenance on\n")
        .append("  maintenance --> catchingup: maintenance off\n")
        .append("  secondary --> fenced: fence\n")
        .append("  fenced --> catchingup: unfence\n")
        .append("  secondary --> dropped: node drop\n")
        .append("  secondary --> report_lsn: an election begins\n")
        .append("  demoted --> recovering: recover\n");
    for (Rule rule : Rules.TABLE) {
      for (String from : states(rule.from())) {
        List<String> to = states(rule.to()).isEmpty() ? List.of("[*]") : states(rule.to());
        to.forEach(each -> page.append("  %s --> %s: %s\n".formatted(from, each, rule.name())));
      }
    }
    return page.append("```\n").toString();
  }
}
