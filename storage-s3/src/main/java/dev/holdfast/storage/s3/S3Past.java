package dev.holdfast.storage.s3;

import dev.holdfast.storage.StorageEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ListObjectVersionsRequest;
import software.amazon.awssdk.services.s3.model.ListObjectVersionsResponse;

/**
 * A versioned bucket as it was at a time ({@code repo-target-time}): of each object the newest
 * version that is not younger, unless that one is a removal.
 *
 * <p>Directories are those of all versions together: the store does not say at which time one had
 * something in it. One that was empty then is listed, and listed as empty.
 */
final class S3Past implements S3View {
  private final Supplier<S3Client> client;
  private final S3Requests requests;
  private final Instant time;

  S3Past(Supplier<S3Client> client, S3Requests requests, Instant time) {
    this.client = client;
    this.requests = requests;
    this.time = time;
  }

  /** A version or a removal of an object; removals have no size. */
  private record Change(
      String key, long size, Instant time, @Nullable String version, boolean latest) {
    boolean isRemoval() {
      return version == null;
    }
  }

  /** Newest first. Times of S3 have whole seconds: in one of them, the latest change counts. */
  private static final Comparator<Change> NEWEST_FIRST =
      Comparator.comparing(Change::time)
          .thenComparing(Change::latest)
          .thenComparing(change -> !change.isRemoval())
          .reversed();

  @Override
  public Optional<S3Object> find(String path) {
    String key = requests.key(path);
    return newest(changes(key, key)).values().stream()
        .findFirst()
        .map(change -> new S3Object(change.size(), change.time(), change.version(), ""));
  }

  @Override
  public boolean hasBelow(String directory) {
    return !newest(changes(requests.below(directory), null)).isEmpty();
  }

  @Override
  public List<StorageEntry> list(String directory, String prefix) {
    String below = requests.below(directory);
    List<StorageEntry> entries = new ArrayList<>();
    List<Change> changes = new ArrayList<>();
    ListObjectVersionsRequest request =
        ListObjectVersionsRequest.builder()
            .bucket(requests.bucket())
            .prefix(below + prefix)
            .delimiter("/")
            .build();
    for (ListObjectVersionsResponse page : client.get().listObjectVersionsPaginator(request)) {
      page.commonPrefixes().stream()
          .map(path -> S3Present.directory(path.prefix()))
          .forEach(entries::add);
      addChanges(page, changes);
    }
    newest(changes).values().stream()
        .filter(change -> change.key().length() > below.length())
        .map(change -> S3Present.file(change.key(), change.size(), change.time()))
        .forEach(entries::add);
    return entries;
  }

  /** The changes of the keys with a prefix; of one key alone when it is named. */
  private List<Change> changes(String prefix, @Nullable String onlyKey) {
    List<Change> changes = new ArrayList<>();
    ListObjectVersionsRequest request =
        ListObjectVersionsRequest.builder().bucket(requests.bucket()).prefix(prefix).build();
    for (ListObjectVersionsResponse page : client.get().listObjectVersionsPaginator(request)) {
      addChanges(page, changes);
      // Keys come in order, so the key itself comes before all that it is a prefix of.
      if (onlyKey != null && changes.stream().anyMatch(change -> !change.key().equals(onlyKey))) {
        break;
      }
    }
    changes.removeIf(change -> onlyKey != null && !change.key().equals(onlyKey));
    return changes;
  }

  private static void addChanges(ListObjectVersionsResponse page, List<Change> changes) {
    page.versions()
        .forEach(version ->
            changes.add(
                new Change(
                    version.key(),
                    version.size(),
                    version.lastModified(),
                    version.versionId(),
                    version.isLatest())));
    page.deleteMarkers()
        .forEach(removal ->
            changes.add(
                new Change(removal.key(), 0, removal.lastModified(), null, removal.isLatest())));
  }

  /** What stood under each key at the time. */
  private Map<String, Change> newest(List<Change> changes) {
    Map<String, Change> newest = new LinkedHashMap<>();
    changes.stream()
        .filter(change -> !change.time().isAfter(time))
        .sorted(NEWEST_FIRST)
        .forEach(change -> newest.putIfAbsent(change.key(), change));
    newest.values().removeIf(Change::isRemoval);
    return newest;
  }
}
