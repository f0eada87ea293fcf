package dev.holdfast.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The registry's file is data; these are the rules that it keeps. */
class OptionRegistryTest {
  private final OptionRegistry registry = OptionRegistry.standard();

  @Test
  void everyOptionAndVerbSaysWhatItIsFor() {
    assertThat(registry.options()).allSatisfy(option -> assertThat(option.summary()).endsWith("."));
    assertThat(registry.verbs()).allSatisfy(verb -> assertThat(verb.summary()).endsWith("."));
  }

  @Test
  void everyVerbOfAnOptionExists() {
    for (OptionDefinition option : registry.options()) {
      for (String verb : option.verbs()) {
        assertThatCode(() -> registry.verb(verb)).as(option.name()).doesNotThrowAnyException();
      }
    }
  }

  @Test
  void whatAnOptionDependsOnIsKnownToTheSameVerbs() {
    for (OptionDefinition option : registry.options()) {
      for (String verb : option.verbs()) {
        Dependency dependency = option.dependency(verb);
        if (dependency != null) {
          assertThat(registry.option(dependency.option()).validFor(verb))
              .as("%s of %s depends on %s", option, verb, dependency.option())
              .isTrue();
        }
      }
    }
  }

  @Test
  void everyDefaultIsAValidValue() {
    for (OptionDefinition option : registry.options()) {
      for (String verb : option.verbs()) {
        List<String> matches = new ArrayList<>(option.matched("default"));
        matches.add(null);
        for (String match : matches) {
          String text = option.defaultText(verb, match);
          if (text != null) {
            OptionValue value =
                new OptionText(option, 1, verb, match).parse(text, OptionSource.DEFAULT);
            assertThat(value.present()).as("%s of %s", option, verb).isTrue();
          }
        }
      }
    }
  }

  @Test
  void everyEnumListsItsValues() {
    for (OptionDefinition option : registry.options()) {
      for (String verb : option.verbs()) {
        if (option.type() == OptionType.ENUM) {
          assertThat(option.allowed(verb)).as("%s of %s", option, verb).isNotEmpty();
        }
      }
    }
  }

  @Test
  void namesOfIndexedOptionsBeginWithTheirGroup() {
    for (OptionDefinition option : registry.options()) {
      String group = option.group();
      if (group != null) {
        assertThat(option.name()).startsWith(group + "-");
        assertThat(option.name(7)).startsWith(group + "7-");
      }
    }
  }

  @Test
  void allThatLooksSecretIsSecret() {
    for (OptionDefinition option : registry.options()) {
      if (option.name().matches(".*(-pass|-secret|-passphrase|-token|-customer-key|-key)")) {
        assertThat(option.secret()).as(option.name()).isTrue();
      }
    }
  }

  @Test
  void theRepositoryIsNeverGuessed() {
    for (String name :
        List.of(
            "repo-path",
            "repo-type",
            "repo-cipher-type",
            "repo-cipher-pass",
            "repo-host",
            "repo-retention-full",
            "repo-retention-archive",
            "pg-path",
            "lock-path",
            "spool-path",
            "expire-auto",
            "archive-mode",
            "tablespace-map",
            "link-map",
            "repo-s3-bucket",
            "repo-sftp-host-key-check-type")) {
      assertThat(registry.option(name).strict()).as(name).isTrue();
    }
  }
}
