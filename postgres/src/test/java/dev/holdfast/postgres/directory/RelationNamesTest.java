package dev.holdfast.postgres.directory;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.StringLength;

final class RelationNamesTest {
  private static final Pattern RELATION = Pattern.compile("([0-9]+)(_(fsm|vm))?(\\.[0-9]+)?");
  private static final Pattern TEMPORARY =
      Pattern.compile("t[0-9]+_[0-9]+(_(fsm|vm))?(\\.[0-9]+)?");
  private static final Pattern INIT = Pattern.compile("([0-9]+)_init");

  @Property
  void namesAreTakenForWhatTheExpressionsSay(@ForAll("names") String name) {
    assertThat(RelationNames.isTemporary(name)).isEqualTo(TEMPORARY.matcher(name).matches());
    var relation = RELATION.matcher(name);
    assertThat(RelationNames.numberLength(name))
        .isEqualTo(relation.matches() ? relation.end(1) : -1);
    var init = INIT.matcher(name);
    assertThat(RelationNames.initForkNumber(name)).isEqualTo(init.matches() ? init.group(1) : null);
  }

  @Provide
  Arbitrary<String> names() {
    return Arbitraries.of("t", "_", "1", "23", ".", "fsm", "_vm", "_init", "x", "")
        .list()
        .ofMaxSize(7)
        .map(parts -> String.join("", parts));
  }

  @Property
  void namesAreInTheOrderOfTheirBytes(
      @ForAll @StringLength(max = 5) String left, @ForAll @StringLength(max = 5) String right) {
    int expected =
        Arrays.compareUnsigned(
            left.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8));
    boolean wellFormed =
        StandardCharsets.UTF_8.newEncoder().canEncode(left)
            && StandardCharsets.UTF_8.newEncoder().canEncode(right);
    if (wellFormed) {
      assertThat(Integer.signum(DirectoryEntry.compareBytes(left, right)))
          .isEqualTo(Integer.signum(expected));
    }
  }
}
