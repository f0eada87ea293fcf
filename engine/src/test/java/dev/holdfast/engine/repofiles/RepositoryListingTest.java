package dev.holdfast.engine.repofiles;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.engine.repofiles.RepositoryListing.Order;
import dev.holdfast.storage.Storage;
import dev.holdfast.storage.StorageOutput;
import dev.holdfast.storage.memory.MemoryStorage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RepositoryListingTest {
  private final Storage storage = new MemoryStorage();

  @BeforeEach
  void fill() {
    for (String path : List.of("a/x", "a/y/z", "b", "c/w")) {
      try (StorageOutput file = storage.write(path)) {
        file.write(new byte[] {1}, 0, 1);
        file.commit();
      }
    }
  }

  private List<String> list(String path, boolean recurse, Order order, Predicate<String> filter) {
    List<String> names = new ArrayList<>();
    new RepositoryListing(path, recurse, order, filter)
        .visit(storage, entry -> names.add(entry.name()));
    return names;
  }

  @Test
  void listsOneDirectory() {
    assertThat(list("", false, Order.ASC, name -> true)).containsExactly("a", "b", "c");
    assertThat(list("a", false, Order.DESC, name -> true)).containsExactly("y", "x");
  }

  @Test
  void putsADirectoryBeforeItsContentAndAfterItInFallingOrder() {
    assertThat(list("", true, Order.ASC, name -> true))
        .containsExactly("a", "a/x", "a/y", "a/y/z", "b", "c", "c/w");
    assertThat(list("", true, Order.DESC, name -> true))
        .containsExactly("c/w", "c", "b", "a/y/z", "a/y", "a/x", "a");
  }

  @Test
  void looksIntoDirectoriesThatDoNotMatch() {
    assertThat(list("", true, Order.ASC, name -> name.endsWith("z"))).containsExactly("a/y/z");
  }

  @Test
  void listsAFileAsItself() {
    assertThat(list("a/x", true, Order.ASC, name -> name.equals("a/x"))).containsExactly(".");
  }

  @Test
  void findsNothingBelowAMissingDirectory() {
    assertThat(list("missing", true, Order.ASC, name -> true)).isEmpty();
  }
}
