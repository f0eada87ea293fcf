package dev.holdfast.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every way in which a command line can be wrong, as somebody reads it. */
class MessagesTest {
  private final Calls calls = Calls.withMain();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "backpu | [048]: 'backpu' is not a verb",
        "server | [048]: 'server' is a command of pgBackRest that Holdfast does not have",
        "--stanza=main | [030]: there are options but no verb",
        "backup --stanza=main extra | [096]: the verb 'backup' takes no parameters",
        "backup -s | [031]: options begin with '--'; there is one that does not",
        "backup --stanzza=main | [031]: there is no option 'stanzza'",
        "backup --stanza | [031]: option 'stanza' needs a value",
        "backup | [037]: the verb 'backup' needs option 'stanza'",
        "backup --stanza=other | [037]: the verb 'backup' needs option 'pg1-path'",
        "backup --stanza=global | [032]: a stanza cannot be called 'global'",
        "backup --stanza=../x | [032]: '../x' is not a valid stanza name",
        "backup --stanza=main --stanza=main | [031]: option 'stanza' is given more than once",
        "backup --stanza=main --delta --no-delta | "
            + "[031]: option 'delta' is given in ways that exclude each other",
        "backup --stanza=main --delta=x | [032]: option 'delta' takes y or n",
        "backup --stanza=main --no-delta=y | [031]: option 'no-delta' takes no value",
        "backup --stanza=main --no-type | [031]: option 'type' cannot be negated",
        "backup --stanza=main --reset-type | [031]: option 'type' cannot be reset",
        "backup --stanza=main --type=ful | [032]: option 'type' cannot be 'ful'",
        "backup --stanza=main --process-max=0 | [032]: option 'process-max' is out of range: '0'",
        "backup --stanza=main --process-max=x | [032]: option 'process-max' cannot be 'x'",
        "backup --stanza=main --buffer-size=3MiB | [032]: option 'buffer-size' cannot be '3MiB'",
        "backup --stanza=main --db-timeout=1y | [032]: option 'db-timeout' cannot be '1y'",
        "backup --stanza=main --lock-path=x | "
            + "[032]: option 'lock-path' must begin with '/', it is 'x'",
        "backup --stanza=main --lock-path=/x//y | "
            + "[032]: option 'lock-path' must not have '//' in it, it is '/x//y'",
        "backup --stanza=main --annotation=x | [031]: option 'annotation' has a value without '='",
        "backup --stanza=main --output=json | "
            + "[031]: option 'output' is not an option of the verb 'backup'",
        "backup --stanza=main --force | [031]: option 'force' needs 'online' to be n",
        "backup --stanza=main --repo=2 | [032]: option 'repo' is 2, but there is no repo2",
        "backup --stanza=main --repo-bundle | [031]: option 'repo-bundle' needs a number",
        "backup --stanza=main --repo1-cipher-pass=x | "
            + "[031]: option 'repo1-cipher-pass' is not allowed on the command line",
        "backup --stanza=main --process1-max=2 | [031]: option 'process1-max' takes no number",
        "backup --stanza=main --repo257-bundle | "
            + "[031]: option 'repo257-bundle' has a number that is not between 1 and 256",
        "backup --stanza=main --repo0-bundle | "
            + "[031]: option 'repo0-bundle' has a number that is not between 1 and 256",
        "restore --stanza=main --target=x | "
            + "[031]: option 'target' needs 'type' to be lsn, name, time or xid",
        "restore --stanza=main --type=time | [037]: the verb 'restore' needs option 'target'",
        "info --set=x | [031]: option 'set' needs 'stanza' to be set",
        "info --repo-target-time=x | [031]: option 'repo-target-time' needs 'repo' to be set",
        "annotate --stanza=main --set=x | [037]: the verb 'annotate' needs option 'annotation'",
        "help backup --nonsense | [031]: there is no option 'nonsense'",
      })
  void saysWhatIsWrong(String words, String error) {
    assertThat(calls.error(words.split(" "))).startsWith(error);
  }

  @Test
  void hintsAtWhatWasMeant() {
    assertThat(calls.error("backpu"))
        .endsWith("HINT: Did you mean 'backup'? See 'holdfast help' for all verbs.");
    assertThat(calls.error("frobnicate")).endsWith("HINT: See 'holdfast help' for the verbs.");
    assertThat(calls.error("backup", "--repo2-retetnion-full=1"))
        .endsWith("HINT: Did you mean 'repo2-retention-full'?");
    assertThat(calls.error("backup", "--stanza=main", "--type=ful"))
        .endsWith("HINT: Did you mean full? Allowed are full, diff, incr.");
    assertThat(calls.error("backup", "--stanza=main", "--compress-level=11"))
        .endsWith("HINT: It may be from -1 to 9 with compress-type=gz.");
    assertThat(calls.error("backup", "--stanza=main", "--repo-bundle"))
        .endsWith("HINT: Write 'repo1-bundle'.");
    assertThat(calls.error("stanza-delete", "--stanza=main", "--repo2-path=/2"))
        .startsWith("[037]: the verb 'stanza-delete' needs option 'repo'");
  }

  @Test
  void withoutAnythingHelpIsShown() {
    assertThat(calls.load().verb().name()).isEqualTo("help");
    assertThat(calls.load("--version").verb().name()).isEqualTo("version");
  }

  @Test
  void helpAndVersionWorkWhateverTheFilesSay() {
    calls.file("/etc/pgbackrest/pgbackrest.conf", "broken");
    assertThat(calls.load("version").warnings()).isEmpty();
    assertThat(calls.load("help", "backup").helpSubject()).isPresent();
    assertThat(calls.error("backup", "--stanza=main"))
        .isEqualTo(
            "[029]: /etc/pgbackrest/pgbackrest.conf:1: the line has no '='\n"
                + "HINT: Options are written as option=value.");
  }
}
