package dev.holdfast.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.domain.HoldfastException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever is in files, variables and arguments: an error with a code, and no secret in it. */
class HostileInputTest {
  private static final String SECRET = "Tr0ub4dor+Horse=";

  @Property
  void anyBytesInAFileAreReadOrRefused(@ForAll byte[] bytes, @ForAll("verbs") String verb) {
    Calls calls = new Calls();
    calls.file("/etc/pgbackrest/pgbackrest.conf", new String(bytes, StandardCharsets.UTF_8));
    loadsOrRefuses(calls, verb, "--stanza=main");
  }

  @Property
  void anyLinesInAFileAreReadOrRefused(
      @ForAll("lines") List<String> lines, @ForAll("verbs") String verb) {
    Calls calls = new Calls();
    calls.file("/etc/pgbackrest/pgbackrest.conf", String.join("\n", lines));
    loadsOrRefuses(calls, verb, "--stanza=main");
    loadsOrRefuses(calls, "help", verb);
  }

  @Property
  void anyArgumentsAreReadOrRefused(@ForAll("arguments") List<String> arguments) {
    Calls calls = Calls.withMain();
    loadsOrRefuses(calls, arguments.toArray(new String[0]));
  }

  @Property
  void anyVariablesAreReadOrRefused(
      @ForAll("options") String option, @ForAll("values") String value) {
    Calls calls = Calls.withMain();
    calls.variable("HOLDFAST_" + option, value);
    calls.variable("PGBACKREST_" + value, option);
    loadsOrRefuses(calls, "restore", "--stanza=main");
  }

  @Property
  void noSecretIsEverShown(@ForAll("secretOptions") String option, @ForAll("verbs") String verb) {
    List<Calls> places = new ArrayList<>();
    places.add(Calls.withMain().more("[global]\n" + option + "=" + SECRET));
    places.add(Calls.withMain().more("[main:" + verb + "]\n" + option + " = " + SECRET));
    places.add(Calls.withMain().more("[global]\n" + option + " " + SECRET));
    places.add(Calls.withMain().more("[global]\n" + SECRET));
    places.add(Calls.withMain().more("[global]\n" + option + "=\n" + SECRET));
    places.add(
        Calls.withMain()
            .variable("PGBACKREST_" + option.replace('-', '_').toUpperCase(Locale.ROOT), SECRET));
    for (Calls calls : places) {
      String[] setup = {verb, "--stanza=main", "--repo1-cipher-type=aes-256-cbc"};
      assertThat(shown(calls, setup)).doesNotContain("Tr0ub4dor");
      assertThat(shown(calls, "help", verb, option)).doesNotContain("Tr0ub4dor");
      assertThat(shown(calls, verb, "--stanza=main", "--" + option, SECRET))
          .doesNotContain("Tr0ub4dor");
      assertThat(shown(calls, verb, "--stanza=main", "--" + option + "x=" + SECRET))
          .doesNotContain("Tr0ub4dor");
    }
  }

  private static String shown(Calls calls, String... words) {
    try {
      Options options = calls.load(words);
      String text = options + " " + options.warnings();
      return options.verb().name().equals("help") ? text + Help.text(options, 80) : text;
    } catch (HoldfastException e) {
      return e.describe();
    }
  }

  private static void loadsOrRefuses(Calls calls, String... words) {
    assertThat(shown(calls, words)).isNotNull();
  }

  @Provide
  Arbitrary<String> verbs() {
    return Arbitraries.of(
        OptionRegistry.standard().verbs().stream().map(VerbDefinition::name).toList());
  }

  @Provide
  Arbitrary<String> secretOptions() {
    return Arbitraries.of(
        OptionRegistry.standard().options().stream()
            .filter(OptionDefinition::secret)
            .map(option -> option.name(1))
            .toList());
  }

  @Provide
  Arbitrary<String> options() {
    Arbitrary<String> known =
        Arbitraries.of(OptionRegistry.standard().options().stream().toList())
            .map(option -> option.name(1));
    return Arbitraries.oneOf(
        known,
        known.map(name -> "no-" + name),
        known.map(name -> "reset-" + name),
        known.map(name -> name.replaceFirst("1", "300")),
        known.map(name -> name.substring(1)),
        Arbitraries.strings().ofMaxLength(80));
  }

  @Provide
  Arbitrary<String> values() {
    return Arbitraries.oneOf(
        Arbitraries.of(
            "",
            "y",
            "n",
            "0",
            "1",
            "-1",
            "10MiB",
            "5m",
            "/",
            "/x",
            "//",
            "a=b",
            "=",
            "99999999999999999999",
            "\0",
            "/\0",
            "s3",
            "tls",
            "time",
            "aes-256-cbc",
            "none"),
        Arbitraries.strings().ofMaxLength(30));
  }

  @Provide
  Arbitrary<List<String>> lines() {
    Arbitrary<String> line =
        Arbitraries.oneOf(
            Combinators.combine(options(), values()).as((o, v) -> o + "=" + v),
            Arbitraries.of("[global]", "[main]", "[global:backup]", "[main:restore]", "[", "[]"));
    return line.list()
        .ofMaxSize(12)
        .map(lines -> {
          List<String> all = new ArrayList<>(List.of("[global]"));
          all.addAll(lines);
          return all;
        });
  }

  @Provide
  Arbitrary<List<String>> arguments() {
    Arbitrary<String> option =
        Combinators.combine(options(), values()).as((o, v) -> "--" + o + "=" + v);
    return Arbitraries.oneOf(
            verbs(),
            option,
            options().map(o -> "--" + o),
            values(),
            Arbitraries.just("--stanza=main"))
        .list()
        .ofMaxSize(6);
  }
}
