package dev.holdfast.storage.s3;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.storage.Storage;
import dev.holdfast.storage.StorageEntry;
import dev.holdfast.storage.StorageFeature;
import dev.holdfast.storage.StorageOutput;
import dev.holdfast.storage.StoragePath;
import java.io.InputStream;
import java.net.URI;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * A repository in a bucket. Making one connects to nothing; the first request does, and its
 * connections are kept for the next ones.
 */
public final class S3Storage implements Storage, AutoCloseable {
  private static final int NOT_FOUND = 404;
  private static final int PRECONDITION_FAILED = 412;
  private static final int RANGE_NOT_SATISFIABLE = 416;

  /** The store copies no larger object in one request. */
  private static final long LARGEST_COPY = 5L * 1024 * 1024 * 1024;

  private final S3Settings settings;
  private final LazyClient client;
  private final S3Requests requests;
  private final S3Failure failures;
  private final S3View view;
  private final S3Writes writes;
  private final S3Removal removal;

  /** A store as it is described. */
  public S3Storage(S3Settings settings) {
    this.settings = settings;
    this.client = new LazyClient(settings);
    this.requests = new S3Requests(settings);
    URI other = settings.connection().connectTo();
    URI address = other == null ? settings.connection().endpoint() : other;
    this.failures = new S3Failure(settings.name(), address.toString());
    S3Present present = new S3Present(client, requests);
    Instant time = settings.targetTime();
    this.view = time == null ? present : new S3Past(client, requests, time);
    this.writes = new S3Writes(client, requests, failures, present);
    this.removal = new S3Removal(client, requests);
  }

  /** The client, made when it is first needed. */
  private static final class LazyClient implements Supplier<S3Client>, AutoCloseable {
    private final S3Settings settings;
    private volatile @Nullable S3Client client;

    LazyClient(S3Settings settings) {
      this.settings = settings;
    }

    @Override
    public S3Client get() {
      S3Client ready = client;
      return ready == null ? make() : ready;
    }

    private synchronized S3Client make() {
      S3Client ready = client;
      if (ready == null) {
        ready = S3Clients.open(settings);
        client = ready;
      }
      return ready;
    }

    @Override
    public synchronized void close() {
      S3Client open = client;
      client = null;
      if (open != null) {
        open.close();
      }
    }
  }

  @Override
  public Set<StorageFeature> features() {
    return Set.of();
  }

  @Override
  public String name() {
    return settings.name();
  }

  @Override
  public Optional<StorageEntry> info(String path) {
    StoragePath.requirePath(path);
    if (path.isEmpty()) {
      return Optional.of(directory(path));
    }
    try {
      Optional<S3Object> object = view.find(path);
      if (object.isPresent()) {
        return object.map(found ->
            new StorageEntry(path, StorageEntry.Type.FILE, found.size(), found.modified(), null));
      }
      return view.hasBelow(path) ? Optional.of(directory(path)) : Optional.empty();
    } catch (SdkException e) {
      throw failures.of(ErrorCode.FILE_INFO, "look at", path, e);
    }
  }

  private static StorageEntry directory(String path) {
    return new StorageEntry(path, StorageEntry.Type.PATH, 0, Instant.EPOCH, null);
  }

  @Override
  public List<StorageEntry> list(String path) {
    StoragePath.requirePath(path);
    try {
      List<StorageEntry> entries = sorted(view.list(path, ""));
      if (entries.isEmpty() && !path.isEmpty() && view.find(path).isPresent()) {
        throw failures.of(ErrorCode.PATH_OPEN, path, "is not a directory");
      }
      return entries;
    } catch (SdkException e) {
      throw failures.of(ErrorCode.PATH_OPEN, "list", path, e);
    }
  }

  @Override
  public List<StorageEntry> list(String path, String prefix) {
    if (prefix.isEmpty()) {
      return list(path);
    }
    StoragePath.requirePath(path);
    try {
      return sorted(view.list(path, prefix));
    } catch (SdkException e) {
      throw failures.of(ErrorCode.PATH_OPEN, "list", path, e);
    }
  }

  private static List<StorageEntry> sorted(List<StorageEntry> entries) {
    List<StorageEntry> sorted = new ArrayList<>(entries);
    sorted.sort(Comparator.comparing(StorageEntry::name, StoragePath.BYTE_ORDER));
    return sorted;
  }

  @Override
  public InputStream read(String path) {
    StoragePath.requireName(path);
    return open(path, 0, -1);
  }

  @Override
  public InputStream read(String path, long offset, long length) {
    StoragePath.requireName(path);
    if (offset < 0 || length < 0) {
      throw failures.of(ErrorCode.PARAM_INVALID, path, "is read with a negative range");
    }
    if (length == 0) {
      // No range of S3 is empty.
      if (info(path).filter(StorageEntry::isFile).isEmpty()) {
        throw missing(path);
      }
      return InputStream.nullInputStream();
    }
    return open(path, offset, Math.addExact(offset, length));
  }

  /** Opens from a byte up to another; to the end of the object when that is negative. */
  private InputStream open(String path, long offset, long end) {
    String version = version(path);
    S3Input.Source source = (from, to, etag) -> get(path, version, from, to, etag);
    ResponseInputStream<GetObjectResponse> answer = source.open(offset, end, null);
    Long length = answer.response().contentLength();
    if (length == null || (offset > 0 && answer.response().contentRange() == null)) {
      answer.abort();
      throw failures.of(
          ErrorCode.FILE_READ,
          path,
          "was answered without its length, or as a whole where a range was asked for");
    }
    return new S3Input(
        path,
        source,
        failures,
        settings.connection().backoff(),
        answer,
        offset,
        length,
        end < 0 ? offset + length : end);
  }

  /** The version that is looked at; null for the newest. */
  private @Nullable String version(String path) {
    if (settings.targetTime() == null) {
      return null;
    }
    try {
      return view.find(path).orElseThrow(() -> missing(path)).versionId();
    } catch (SdkException e) {
      throw failures.of(ErrorCode.FILE_OPEN, "read", path, e);
    }
  }

  private ResponseInputStream<GetObjectResponse> get(
      String path, @Nullable String version, long offset, long end, @Nullable String etag) {
    try {
      return client.get().getObject(requests.get(path, version, offset, end, etag));
    } catch (S3Exception e) {
      if (e.statusCode() == NOT_FOUND && !S3Failure.s3Code(e).equals("NoSuchBucket")) {
        throw missing(path);
      }
      throw switch (e.statusCode()) {
        case PRECONDITION_FAILED ->
            failures.of(ErrorCode.FILE_READ, path, "was replaced while it was read");
        case RANGE_NOT_SATISFIABLE ->
            failures.of(
                ErrorCode.FILE_READ,
                path,
                "ends before byte " + offset,
                "The object may be truncated.");
        default -> failures.of(ErrorCode.FILE_READ, "read", path, e);
      };
    } catch (SdkException e) {
      throw failures.of(ErrorCode.FILE_READ, "read", path, e);
    }
  }

  private HoldfastException missing(String path) {
    return info(path).filter(StorageEntry::isPath).isPresent()
        ? failures.of(ErrorCode.FILE_OPEN, path, "is not a file")
        : failures.of(ErrorCode.FILE_MISSING, path, "does not exist");
  }

  @Override
  public StorageOutput write(String path) {
    return output(path, false);
  }

  @Override
  public StorageOutput writeExclusive(String path) {
    return output(path, true);
  }

  private StorageOutput output(String path, boolean exclusive) {
    StoragePath.requireName(path);
    requirePresent(path);
    return new S3Output(path, settings.objects().partSize(), writes, exclusive);
  }

  private void requirePresent(String path) {
    if (settings.targetTime() != null) {
      throw failures.of(
          ErrorCode.FEATURE_NOT_SUPPORTED,
          path,
          "cannot be changed: the repository is looked at as it was at " + settings.targetTime(),
          "leave out repo-target-time.");
    }
  }

  @Override
  public void createPath(String path) {
    StoragePath.requirePath(path);
  }

  @Override
  public void remove(String path) {
    StoragePath.requireName(path);
    requirePresent(path);
    try {
      removal.removeKey(requests.key(path));
    } catch (SdkException e) {
      throw failures.of(ErrorCode.FILE_REMOVE, "remove", path, e);
    }
  }

  @Override
  public void removeTree(String path) {
    StoragePath.requirePath(path);
    requirePresent(path);
    try {
      removal.removeBelow(path);
    } catch (SdkException e) {
      throw failures.of(ErrorCode.PATH_REMOVE, "remove", path, e);
    }
  }

  @Override
  public void move(String from, String to) {
    StoragePath.requireName(from);
    StoragePath.requireName(to);
    requirePresent(to);
    StorageEntry entry =
        info(from).orElseThrow(() -> failures.of(ErrorCode.FILE_MISSING, from, "does not exist"));
    if (!entry.isFile()) {
      throw failures.of(ErrorCode.FILE_MOVE, from, "cannot be moved: it is a directory");
    }
    if (entry.size() > LARGEST_COPY) {
      throw failures.of(
          ErrorCode.FILE_MOVE, from, "cannot be moved: S3 copies no more than 5 GiB at once");
    }
    try {
      client.get().copyObject(requests.copy(from, to));
      removal.removeKey(requests.key(from));
    } catch (SdkException e) {
      throw failures.of(ErrorCode.FILE_MOVE, "move", from, e);
    }
  }

  @Override
  public void syncPath(String path) {
    StoragePath.requirePath(path);
  }

  @Override
  public void createLink(String link, String target) {
    throw noLinks(link);
  }

  @Override
  public void createHardLink(String existing, String link) {
    throw noLinks(link);
  }

  private HoldfastException noLinks(String link) {
    return failures.of(ErrorCode.FEATURE_NOT_SUPPORTED, link, "cannot be a link in S3");
  }

  /** Ends the connections; the next request makes new ones. */
  @Override
  public void close() {
    client.close();
  }
}
