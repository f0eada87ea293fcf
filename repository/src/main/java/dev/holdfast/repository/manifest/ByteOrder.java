package dev.holdfast.repository.manifest;

import dev.holdfast.storage.StoragePath;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Lists in byte order of a name, as the manifest has them. */
final class ByteOrder {
  private ByteOrder() {}

  static <T> List<T> sorted(List<T> items, Function<T, String> name) {
    List<T> sorted = new ArrayList<>(items);
    sorted.sort(Comparator.comparing(name, StoragePath.BYTE_ORDER));
    return List.copyOf(sorted);
  }

  static <T> @Nullable T find(List<T> sorted, Function<T, String> name, String wanted) {
    int low = 0;
    int high = sorted.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = StoragePath.BYTE_ORDER.compare(name.apply(sorted.get(middle)), wanted);
      if (order == 0) {
        return sorted.get(middle);
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return null;
  }
}
