package dev.holdfast.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantityTextTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1, 1",
    "1b, 1",
    "1B, 1",
    "1k, 1024",
    "1KB, 1024",
    "1kib, 1024",
    "3MiB, 3145728",
    "2g, 2147483648",
    "1TB, 1099511627776",
    "4PiB, 4503599627370496",
    "007, 7",
  })
  void readsSizes(String text, long bytes) {
    assertThat(QuantityText.bytes(text)).hasValue(bytes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "b",
        "k",
        "kb",
        "1.5g",
        "-1",
        "+1",
        " 1",
        "1 k",
        "1ib",
        "1kk",
        "1bb",
        "1kbb",
        "9999999999999999999",
        "9999PiB",
        "1e3",
        "0x10",
        "1i",
        "i",
        "ib"
      })
  void refusesWhatIsNoSize(String text) {
    assertThat(QuantityText.bytes(text)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "60, 60000",
    "60s, 60000",
    "5m, 300000",
    "5M, 300000",
    "2h, 7200000",
    "1d, 86400000",
    "1w, 604800000",
    "100ms, 100",
    "100MS, 100",
    "0.5, 500",
    "1.25, 1250",
    "1.001, 1001",
  })
  void readsTimes(String text, long milliseconds) {
    assertThat(QuantityText.milliseconds(text)).hasValue(milliseconds);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "s",
        "ms",
        "-1",
        "1y",
        "1.0001",
        "1.",
        ".5",
        "1.5m",
        "1 s",
        "sm",
        "999999999999999999w"
      })
  void refusesWhatIsNoTime(String text) {
    assertThat(QuantityText.milliseconds(text)).isEmpty();
  }

  @Property
  void aSizeIsTheSameInAllSpellingsOfItsUnit(
      @ForAll @LongRange(max = 1_000_000) long number, @ForAll @IntRange(max = 4) int unit) {
    String letter = "KMGTP".substring(unit, unit + 1);
    long expected = number << (10 * (unit + 1));
    if (expected >> (10 * (unit + 1)) != number) {
      return;
    }
    for (String spelling : new String[] {letter, letter + "B", letter + "iB"}) {
      assertThat(QuantityText.bytes(number + spelling)).hasValue(expected);
      assertThat(QuantityText.bytes(number + spelling.toLowerCase(Locale.ROOT))).hasValue(expected);
    }
  }

  @Property
  void anyTextIsANumberOrNone(@ForAll String text) {
    assertThat(QuantityText.bytes(text).orElse(0)).isNotNegative();
    assertThat(QuantityText.milliseconds(text).orElse(0)).isNotNegative();
    QuantityText.integer(text);
  }

  @Property
  void integersAreReadAsWritten(@ForAll @LongRange(min = -(1L << 50), max = 1L << 50) long number) {
    assertThat(QuantityText.integer(Long.toString(number))).hasValue(number);
  }
}
