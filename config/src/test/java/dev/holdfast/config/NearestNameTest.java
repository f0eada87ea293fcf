package dev.holdfast.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class NearestNameTest {
  @Test
  void findsWhatWasMeantAndNothingElse() {
    List<String> names = List.of("process-max", "repo1-path", "delta");
    assertThat(NearestName.of("proces-max", names)).isEqualTo("process-max");
    assertThat(NearestName.of("rpeo1-path", names)).isEqualTo("repo1-path");
    assertThat(NearestName.of("detla", names)).isEqualTo("delta");
    assertThat(NearestName.of("something-else", names)).isNull();
    assertThat(NearestName.of("", names)).isNull();
    assertThat(NearestName.of("x", List.of())).isNull();
  }

  @Property
  void distanceIsZeroOnlyBetweenEquals(@ForAll String one, @ForAll String other) {
    assertThat(NearestName.distance(one, other) == 0).isEqualTo(one.equals(other));
  }

  @Property
  void distanceIsTheSameBothWaysAndAtMostTheLongerLength(
      @ForAll @StringLength(max = 12) String one, @ForAll @StringLength(max = 12) String other) {
    int distance = NearestName.distance(one, other);
    assertThat(distance).isEqualTo(NearestName.distance(other, one));
    assertThat(distance)
        .isBetween(Math.abs(one.length() - other.length()), Math.max(one.length(), other.length()));
  }

  @Property
  void oneSlipIsADistanceOfOne(
      @ForAll @AlphaChars @StringLength(min = 2, max = 20) String name,
      @ForAll @IntRange(max = 19) int at) {
    int i = at % (name.length() - 1);
    String without = name.substring(0, i) + name.substring(i + 1);
    assertThat(NearestName.distance(name, without)).isEqualTo(1);
    assertThat(NearestName.distance(name, name.substring(0, i) + "-" + name.substring(i + 1)))
        .isEqualTo(1);
    String swapped =
        name.substring(0, i) + name.charAt(i + 1) + name.charAt(i) + name.substring(i + 2);
    assertThat(NearestName.distance(name, swapped)).isLessThanOrEqualTo(1);
  }
}
