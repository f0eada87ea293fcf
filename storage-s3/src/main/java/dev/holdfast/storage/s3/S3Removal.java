package dev.holdfast.storage.s3;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectsRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Removes what lies below a directory, a page of a listing at a time. */
final class S3Removal {
  private static final int NOT_IMPLEMENTED = 501;

  private final Supplier<S3Client> client;
  private final S3Requests requests;

  S3Removal(Supplier<S3Client> client, S3Requests requests) {
    this.client = client;
    this.requests = requests;
  }

  void removeBelow(String directory) {
    ListObjectsV2Request request =
        ListObjectsV2Request.builder()
            .bucket(requests.bucket())
            .prefix(requests.below(directory))
            .build();
    for (ListObjectsV2Response page : client.get().listObjectsV2Paginator(request)) {
      List<String> together = new ArrayList<>();
      for (S3Object object : page.contents()) {
        if (fitsIntoXml(object.key())) {
          together.add(object.key());
        } else {
          removeKey(object.key());
        }
      }
      if (!together.isEmpty()) {
        removeKeys(together);
      }
    }
  }

  /** Removes one object by its whole key; nothing happens when there is none. */
  void removeKey(String key) {
    client
        .get()
        .deleteObject(DeleteObjectRequest.builder().bucket(requests.bucket()).key(key).build());
  }

  private void removeKeys(List<String> keys) {
    List<ObjectIdentifier> objects =
        keys.stream().map(key -> ObjectIdentifier.builder().key(key).build()).toList();
    DeleteObjectsResponse answer;
    try {
      answer =
          client
              .get()
              .deleteObjects(
                  DeleteObjectsRequest.builder()
                      .bucket(requests.bucket())
                      .delete(delete -> delete.objects(objects).quiet(true))
                      .build());
    } catch (S3Exception e) {
      if (e.statusCode() != NOT_IMPLEMENTED) {
        throw e;
      }
      // Some stores have no removal in batches.
      keys.forEach(this::removeKey);
      return;
    }
    // Each that failed gets a request of its own, with repetitions and an error of its own.
    answer.errors().forEach(error -> removeKey(error.key()));
  }

  /** A control character in a key can be sent in a URL but not in the document of a batch. */
  private static boolean fitsIntoXml(String key) {
    return key.chars().noneMatch(character -> character < ' ' || character >= 0xFFFE);
  }
}
