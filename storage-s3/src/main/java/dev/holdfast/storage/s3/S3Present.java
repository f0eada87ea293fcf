package dev.holdfast.storage.s3;

import dev.holdfast.storage.StorageEntry;
import dev.holdfast.storage.StoragePath;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** The bucket as it is. */
final class S3Present implements S3View {
  private static final int NOT_FOUND = 404;
  private static final int FORBIDDEN = 403;

  private final Supplier<S3Client> client;
  private final S3Requests requests;

  S3Present(Supplier<S3Client> client, S3Requests requests) {
    this.client = client;
    this.requests = requests;
  }

  @Override
  public Optional<S3Object> find(String path) {
    try {
      HeadObjectResponse head = client.get().headObject(requests.head(path, null));
      return Optional.of(
          new S3Object(
              head.contentLength(), head.lastModified(), null, S3Requests.mark(head.metadata())));
    } catch (S3Exception e) {
      if (e.statusCode() == NOT_FOUND) {
        return Optional.empty();
      }
      if (e.statusCode() == FORBIDDEN) {
        // Answers to HEAD have no body that would say why: a listing says it, or it is the object.
        hasBelow(path);
      }
      throw e;
    }
  }

  @Override
  public boolean hasBelow(String directory) {
    // This asks for the bucket too, which the answer to a HEAD does not tell from a missing object.
    ListObjectsV2Response page =
        client
            .get()
            .listObjectsV2(
                ListObjectsV2Request.builder()
                    .bucket(requests.bucket())
                    .prefix(requests.below(directory))
                    .maxKeys(1)
                    .build());
    return !page.contents().isEmpty();
  }

  @Override
  public List<StorageEntry> list(String directory, String prefix) {
    String below = requests.below(directory);
    ListObjectsV2Request request =
        ListObjectsV2Request.builder()
            .bucket(requests.bucket())
            .prefix(below + prefix)
            .delimiter("/")
            .build();
    List<StorageEntry> entries = new ArrayList<>();
    for (ListObjectsV2Response page : client.get().listObjectsV2Paginator(request)) {
      for (CommonPrefix path : page.commonPrefixes()) {
        entries.add(directory(path.prefix()));
      }
      page.contents().stream()
          .filter(object -> object.key().length() > below.length())
          .map(object -> file(object.key(), object.size(), object.lastModified()))
          .forEach(entries::add);
    }
    return entries;
  }

  /** The entry of a file. */
  static StorageEntry file(String key, long size, Instant modified) {
    return new StorageEntry(
        StoragePath.lastPart(key), StorageEntry.Type.FILE, size, modified, null);
  }

  /** The entry of a common prefix, which ends with a slash; a directory has no time. */
  static StorageEntry directory(String prefix) {
    return new StorageEntry(
        StoragePath.lastPart(prefix.substring(0, prefix.length() - 1)),
        StorageEntry.Type.PATH,
        0,
        Instant.EPOCH,
        null);
  }
}
