package dev.holdfast.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HelpTest {
  private final Calls calls = Calls.withMain();

  private String help(String... words) {
    return Help.text(calls.load(words), 80);
  }

  @Test
  void listsTheVerbs() {
    assertThat(help("help"))
        .contains("\nVerbs:\n", "\n  backup          Backs up a cluster.\n")
        .doesNotContain("server-ping");
    assertThat(help()).isEqualTo(help("help"));
    assertThat(help("--help")).isEqualTo(help("help"));
  }

  @Test
  void listsTheOptionsOfAVerbByTopicWithTheirValues() {
    assertThat(help("help", "backup", "--stanza=main"))
        .startsWith("holdfast backup\n\nBacks up a cluster.\n")
        .contains("\nCommand options:\n", "\nGeneral options:\n", "\nLog options:\n")
        .contains("\nRepository options:\n", "\nStanza options:\n")
        .contains("now=/repo,", "[now=/pg]", "[default=incr]")
        .doesNotContain("--sck-block", "--archive-mode ");
    assertThat(help("backup", "--stanza=main", "--help"))
        .isEqualTo(help("help", "backup", "--stanza=main"));
  }

  @Test
  void tellsAllAboutAnOption() {
    assertThat(help("help", "backup", "compress-level"))
        .isEqualTo(
            """
            holdfast backup --compress-level

            Level of compression: higher is smaller and slower. The range depends on
            compress-type.

              default      9 (bz2), 6 (gz), 1 (lz4), 3 (zst)
              type         integer
              values       1 to 9 (bz2), -1 to 9 (gz), -5 to 12 (lz4), -7 to 22 (zst)
              needs        'compress-type' to be bz2, gz, lz4 or zst; else 0
              place        any section of the configuration file, environment, command line
            """);
    assertThat(help("help", "backup", "repo-path")).isEqualTo(help("help", "backup", "repo1-path"));
    assertThat(help("help", "backup", "repo1-path")).contains("  now          /repo\n");
  }

  @Test
  void showsDifferentValuesByNumber() {
    calls.more("[global]\nrepo2-path=/second");
    assertThat(help("help", "backup")).contains("now=<multi>");
    assertThat(help("help", "backup", "repo-path"))
        .contains("  now repo1    /repo\n  now repo2    /second\n");
  }

  @Test
  void showsNoSecret() {
    calls.more(
        "[global]\nrepo1-cipher-type=aes-256-cbc\nrepo1-cipher-pass=hunter2\n"
            + "recovery-option=primary_conninfo=host=x password=hunter2");
    assertThat(help("help", "restore")).contains("[now=<redacted>]").doesNotContain("hunter2");
  }

  @Test
  void saysWhatAVerbDoesNotKnow() {
    assertThatThrownBy(() -> help("help", "backup", "target"))
        .hasMessage("option 'target' is not an option of the verb 'backup'")
        .isInstanceOfSatisfying(
            HoldfastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.OPTION_INVALID));
    assertThatThrownBy(() -> help("help", "backup", "type", "set"))
        .isInstanceOfSatisfying(
            HoldfastException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.PARAM_INVALID));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 40, 80, 132})
  void keepsToTheWidth(int columns) {
    for (VerbDefinition verb : OptionRegistry.standard().verbs()) {
      String text = Help.text(calls.load("help", verb.name(), "--stanza=main"), columns);
      assertThat(text.lines().filter(line -> line.contains(" ")).toList())
          .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(Math.max(80, columns)));
    }
  }
}
