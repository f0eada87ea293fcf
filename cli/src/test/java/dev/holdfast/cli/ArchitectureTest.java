package dev.holdfast.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.time.Clock;
import java.time.Instant;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The rules of the house that the compile classpath cannot enforce, each with its reason. */
class ArchitectureTest {
  private static JavaClasses production;

  @BeforeAll
  static void readClasses() {
    production =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            // The suites' jars of other modules, once they are packaged.
            .withImportOption(location -> !location.contains("-tests.jar"))
            .importPackages("dev.holdfast");
    assertThat(production).isNotEmpty();
  }

  @Test
  void onlyTheCommandLineEndsTheProcess() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.holdfast.cli..")
        .should()
        .callMethod(System.class, "exit", int.class)
        .orShould()
        .callMethod(Runtime.class, "exit", int.class)
        .orShould()
        .callMethod(Runtime.class, "halt", int.class)
        .because("whoever calls a verb, a daemon say, has to survive its failure")
        .check(production);
  }

  @Test
  void onlyTheCommandLineUsesTheStandardStreams() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.holdfast.cli..")
        .and()
        .resideOutsideOfPackage("dev.holdfast.benchmarks..")
        .should()
        .accessField(System.class, "out")
        .orShould()
        .accessField(System.class, "err")
        .orShould()
        .accessField(System.class, "in")
        .because(
            "results are returned and news goes to the Reporter, so that tests and daemons see it")
        .check(production);
  }

  @Test
  void nobodyUsesTheJdksLogging() {
    noClasses()
        .that()
        .doNotHaveSimpleName("LibraryLogging")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("java.util.logging..", "java.lang.System$Logger")
        .because(
            "there is one door for log lines, the Reporter; another would bypass levels and files")
        .check(production);
  }

  @Test
  void theDomainAndFailoverRulesHaveNoFilesSocketsThreadsOrClock() {
    noClasses()
        .that()
        .resideInAnyPackage("dev.holdfast.domain..", "dev.holdfast.ha.decide..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "java.io..",
            "java.net..",
            "java.nio.file..",
            "java.nio.channels..",
            "java.sql..",
            "java.util.concurrent..")
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(Thread.class)
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(Clock.class)
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(Random.class)
        .orShould()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .because(
            "domain values are the same for the same text, everywhere and at any time, and so are"
                + " decisions for the same state")
        .check(production);
  }

  @Test
  void theConsensusLibraryAppearsInOnePlaceOnly() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.holdfast.ha.raft..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.ratis..")
        .because("a monitor by itself loads none of it, and what is relied on of it is said there")
        .check(production);
  }

  @Test
  void failoverIsDecidedByTheDomainsWordsAlone() {
    classes()
        .that()
        .resideInAPackage("dev.holdfast.ha.decide..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "dev.holdfast.ha.decide..", "dev.holdfast.domain..", "java..", "org.jspecify..")
        .because("the simulator proves them without a network, a disk or a PostgreSQL")
        .check(production);
  }

  @Test
  void onlyWhoMakesCertificatesNeedsALibraryForThem() {
    noClasses()
        .that()
        .resideOutsideOfPackage("dev.holdfast.ha.certificates..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.bouncycastle..")
        .because("its jars are opened by no other start, and TLS itself is the JDK's")
        .check(production);
  }

  /**
   * Between the packages of a module; the module's root package is left out, because it holds both
   * the words that the others share and the door through which callers come.
   */
  @Test
  void packagesOfAModuleHaveNoCycles() {
    slices()
        .matching("dev.holdfast.(*).(*)..")
        .should()
        .beFreeOfCycles()
        .because("a package that needs its user cannot be read, tested or moved alone")
        .check(production);
  }

  @Test
  void nobodyNamesAClassAfterNothing() {
    noClasses()
        .should()
        .haveNameMatching(".*(Util|Utils|Helper|Helpers|Manager|Impl|Dto)")
        .because("such a name hides what a class is for, and collects what has no place")
        .check(production);
  }

  @Test
  void fieldsOfObjectsThatAreSharedAreNotPublic() {
    classes()
        .that()
        .areNotRecords()
        .should(havePublicFieldsOnlyAsConstants())
        .because("a field that everybody writes has no owner")
        .check(production);
  }

  @Test
  void everyPackageTellsItsStoryAndIsNullMarked() {
    Set<String> silent = new TreeSet<>();
    for (JavaClass each : production) {
      JavaPackage home = each.getPackage();
      if (!home.isAnnotatedWith(NullMarked.class)) {
        silent.add(home.getName());
      }
    }
    assertThat(silent)
        .as("packages without a @NullMarked package-info, which is where a reader begins")
        .isEmpty();
  }

  private static ArchCondition<JavaClass> havePublicFieldsOnlyAsConstants() {
    return new ArchCondition<>("have public fields only as constants") {
      @Override
      public void check(JavaClass item, ConditionEvents events) {
        item.getFields().stream()
            .filter(field -> field.getModifiers().contains(JavaModifier.PUBLIC))
            .filter(field -> !field.getModifiers().contains(JavaModifier.FINAL))
            .forEach(field -> events.add(SimpleConditionEvent.violated(item, field.getFullName())));
      }
    };
  }
}
