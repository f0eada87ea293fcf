/**
 * The S3 driver of the {@link dev.holdfast.storage.Storage} port. The vendor's SDK appears in this
 * module only, and its classes are loaded by the first request, not by the composition.
 *
 * <p><b>Names.</b> A repository is a prefix of a bucket: {@code repo-path} without its leading
 * slash. Directories exist only while an object lies below them. Links do not exist.
 *
 * <p><b>Writing.</b> What fits into one part ({@code repo-storage-upload-chunk-size}) is one {@code
 * PutObject} at the commit. More is a multipart upload: a part is sent when it is full, two at a
 * time, so that a file being written holds at most three parts in memory. Every body carries its
 * {@code Content-MD5}, which every store checks before it takes the body (newer checksums are not
 * understood by all), and over TLS it is not hashed a second time for the signature ({@code
 * UNSIGNED-PAYLOAD}: the channel authenticates it). An object is visible when its put or its
 * completion was answered, never before and never in part.
 *
 * <p><b>What a crash leaves.</b> Before the commit: nothing, or a multipart upload that was begun,
 * which no listing of the bucket shows and which costs until it is aborted; a lifecycle rule of the
 * bucket ({@code AbortIncompleteMultipartUpload}) removes it. An upload that fails without a crash
 * is aborted. During the commit: nothing or the whole object.
 *
 * <p><b>Answers that got lost.</b> A completion whose answer did not arrive is sent again, and the
 * store then says that it knows no such upload; a conditional put sent again meets its own first
 * try. Both are told from a real failure by a random mark that the writer puts into the object's
 * metadata.
 *
 * <p><b>Exclusive writes</b> use {@code If-None-Match: *}, which the store decides atomically. A
 * store that ignores it would let a second writer replace the first: hence a look before the write
 * and one after it, in which each writer finds its own mark or another's. Within one process the
 * three steps are one, by a lock; between two processes on a store without conditional writes, both
 * may believe that they succeeded when the second begins and ends between the first one's write and
 * the end of its last look. Stores that implement the condition have no such gap.
 *
 * <p><b>Reading.</b> A stream counts its bytes. When it breaks or ends early, the rest is asked for
 * from where it broke, of the same object (its ETag must match, so that a file replaced meanwhile
 * is an error and never a mixture), a bounded number of times.
 *
 * <p><b>Failures.</b> The SDK repeats requests after 5xx, 408, 429 and broken connections, with
 * exponential backoff and jitter; every wait has an end (io-timeout for the connection and each
 * read, an end for the whole attempt in proportion to the body, protocol-timeout for everything).
 * What remains is an {@link dev.holdfast.storage.s3.S3Refusal} or an error that names the store,
 * the path and the cause.
 */
@NullMarked
package dev.holdfast.storage.s3;

import org.jspecify.annotations.NullMarked;
