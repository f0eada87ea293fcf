package dev.holdfast.engine.backup;

import dev.holdfast.codec.digest.HashingOutputStream;
import dev.holdfast.codec.digest.Sha1;
import dev.holdfast.codec.page.PageCheck;
import dev.holdfast.codec.page.PageChecker;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.domain.Sha1Hash;
import dev.holdfast.repository.FileEncoding;
import dev.holdfast.repository.RepositoryLayout;
import dev.holdfast.repository.manifest.ManifestFile;
import dev.holdfast.storage.StorageBatch;
import dev.holdfast.storage.StorageOutput;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Copies the files of jobs into the repository: each is read once and its bytes pass the page
 * check, the hash, the compression and the encryption in the same pieces. One for each worker, so
 * that its buffer serves file after file.
 */
final class FileCopy {
  private static final int BUFFER_BYTES = 256 * 1024;

  /** Pages of a segment of 1 GiB. */
  private static final long SEGMENT_BYTES = 1L << 30;

  private final CopySettings settings;
  private final BackupPlan plan;
  private final SourceFiles sources;
  private final StorageBatch batch;
  private final BlockStore blocks;
  private final Resume resume;
  private final CopyResults results;
  private final CopyListener listener;
  private final byte[] buffer = new byte[BUFFER_BYTES];

  FileCopy(
      CopySettings settings,
      BackupPlan plan,
      SourceFiles sources,
      StorageBatch batch,
      BlockStore blocks,
      Resume resume,
      CopyResults results,
      CopyListener listener) {
    this.settings = settings;
    this.plan = plan;
    this.sources = sources;
    this.batch = batch;
    this.blocks = blocks;
    this.resume = resume;
    this.results = results;
    this.listener = listener;
  }

  /** Copies one job's files; what they became is in the results only once it is stored. */
  void run(CopyJob job) {
    try (Target target = new Target(job)) {
      for (int index : job.indexes()) {
        ManifestFile file = plan.files().get(index);
        ManifestFile resumed = resume.reusable(file).orElse(null);
        if (resumed != null && (!resume.compares() || isPriors(resumed))) {
          listener.unchanged(resumed);
          target.add(resumed);
        } else if (plan.compares().get(index) && isPriors(file)) {
          listener.unchanged(file);
          target.add(file);
        } else {
          copy(index, file, target);
        }
      }
      target.commit();
    }
  }

  /** Whether the content is what the prior backup has. */
  private boolean isPriors(ManifestFile file) {
    Sha1 hash = new Sha1();
    try (InputStream input = sources.open(file)) {
      int read;
      while ((read = input.readNBytes(buffer, 0, buffer.length)) > 0) {
        hash.update(buffer, 0, read);
      }
    } catch (HoldfastException e) {
      if (e.code() == ErrorCode.FILE_MISSING) {
        return false;
      }
      throw e;
    } catch (IOException e) {
      throw unreadable(file, e);
    }
    return hash.count() == file.size() && hash.hash().equals(file.checksum());
  }

  private void copy(int index, ManifestFile file, Target target) {
    InputStream opened = open(file);
    if (opened == null) {
      listener.vanished(file);
      return;
    }
    try (InputStream input = opened) {
      int first = input.readNBytes(buffer, 0, buffer.length);
      boolean whole = first < buffer.length;
      if (whole && first == 0 && target.job.bundleId() != 0) {
        // It was truncated since it was found; nothing is stored of it.
        target.add(empty(file));
        return;
      }
      if (whole
          && file.reference() != null
          && first == file.size()
          && Sha1.of(Arrays.copyOf(buffer, first)).equals(file.checksum())) {
        listener.unchanged(file);
        target.add(file);
        return;
      }
      boolean pages = settings.checksumPage() && plan.pages().get(index);
      PageChecker checker = pages ? checker(file) : null;
      if (first > 0 && blocks.isStoredAsBlocks(file)) {
        copyBlocks(file, input, first, checker, target);
      } else {
        copyWhole(file, input, first, checker, target);
      }
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /**
   * Opens a file, or gives null when it has vanished. Only this call may take a missing file for
   * that: a file that is missing in the repository is an error.
   */
  private @Nullable InputStream open(ManifestFile file) {
    try {
      return sources.open(file);
    } catch (HoldfastException e) {
      if (e.code() == ErrorCode.FILE_MISSING && sources.mayVanish(file)) {
        return null;
      }
      throw e;
    }
  }

  private void copyWhole(
      ManifestFile file, InputStream input, int first, @Nullable PageChecker checker, Target target)
      throws IOException {
    boolean bundled = target.job.bundleId() != 0;
    FileEncoding encoding =
        new FileEncoding(
            settings.compression(), settings.optionalPass(), bundled && settings.bundleRaw());
    HashingOutputStream stored =
        new HashingOutputStream(
            target.output(
                RepositoryLayout.file(
                    settings.stanza(), settings.label(), file.name(), settings.compression())));
    Sha1 content = new Sha1();
    try (OutputStream encoder = encoding.encode(stored, settings.storing().level())) {
      pass(input, first, checker, content, encoder);
    }
    ManifestFile result =
        file.withReference(null)
            .withContent(content.count(), content.hash())
            .withStored(stored.count(), settings.transforms() ? stored.hash() : null)
            .withBundle(target.job.bundleId(), bundled ? target.offset : 0)
            .withBlocks(0, 0, 0);
    target.offset += stored.count();
    target.add(checked(result, checker));
  }

  private void copyBlocks(
      ManifestFile file, InputStream input, int first, @Nullable PageChecker checker, Target target)
      throws IOException {
    boolean bundled = target.job.bundleId() != 0;
    HashingOutputStream stored =
        new HashingOutputStream(
            new LazyOutput(() ->
                target.output(
                    RepositoryLayout.blockIncrementalFile(
                        settings.stanza(), settings.label(), file.name()))));
    Sha1 content = new Sha1();
    BlockStore.Stored blockFile =
        blocks.store(
            file,
            stored,
            target.job.bundleId(),
            bundled ? target.offset : 0,
            sink -> pass(input, first, checker, content, sink));
    if (!blockFile.increment().changed()) {
      listener.unchanged(file);
      target.add(file);
      return;
    }
    ManifestFile result =
        file.withReference(null)
            .withContent(content.count(), content.hash())
            .withStored(stored.count(), stored.hash())
            .withBundle(target.job.bundleId(), bundled ? target.offset : 0)
            .withBlocks(
                blockFile.format().blockSize(),
                blockFile.format().hashSize(),
                blockFile.increment().mapSize());
    target.offset += stored.count();
    target.add(checked(result, checker));
  }

  /** The way of a file's bytes; {@code first} of them are in the buffer already. */
  private void pass(
      InputStream input,
      int first,
      @Nullable PageChecker checker,
      Sha1 content,
      OutputStream output)
      throws IOException {
    int count = first;
    while (count > 0) {
      if (checker != null) {
        checker.update(buffer, 0, count);
      }
      content.update(buffer, 0, count);
      output.write(buffer, 0, count);
      listener.copied(count);
      count = input.readNBytes(buffer, 0, buffer.length);
    }
  }

  private PageChecker checker(ManifestFile file) {
    Path path = settings.source(file.name());
    return new PageChecker(
        segmentNumber(file.name()),
        (int) (SEGMENT_BYTES / settings.pageSize()),
        settings.pageSize(),
        settings.pageHeaderCheck(),
        (position, page) -> reread(path, position, page));
  }

  private static int reread(Path path, long position, byte[] page) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      ByteBuffer target = ByteBuffer.wrap(page);
      while (target.hasRemaining() && channel.read(target, position + target.position()) >= 0) {
        // Until the page is whole or the file ends.
      }
      return target.position();
    }
  }

  /** The number behind the dot of a relation's file: {@code 16384.3} has 3, {@code 16384} none. */
  static int segmentNumber(String name) {
    int dot = name.lastIndexOf('.');
    if (dot < name.lastIndexOf('/') || dot == name.length() - 1 || name.length() - dot > 7) {
      return 0;
    }
    for (int i = dot + 1; i < name.length(); i++) {
      if (name.charAt(i) < '0' || name.charAt(i) > '9') {
        return 0;
      }
    }
    return dot < 0 ? 0 : Integer.parseInt(name, dot + 1, name.length(), 10);
  }

  private ManifestFile checked(ManifestFile file, @Nullable PageChecker checker) {
    if (checker == null) {
      listener.stored(file, null);
      return file.withPageCheck(null, null);
    }
    PageCheck check = checker.finish();
    listener.stored(file, check);
    return file.withPageCheck(check.valid(), check.errorJson());
  }

  private static ManifestFile empty(ManifestFile file) {
    return file.withReference(null)
        .withContent(0, Sha1Hash.EMPTY)
        .withStored(0, null)
        .withBundle(0, 0)
        .withBlocks(0, 0, 0)
        .withPageCheck(null, null);
  }

  private HoldfastException unreadable(ManifestFile file, IOException e) {
    return new HoldfastException(
        ErrorCode.FILE_READ,
        "unable to copy '" + settings.source(file.name()) + "': " + e.getMessage(),
        e);
  }

  /** The repository's file of one job, opened when the first byte comes. */
  private final class Target implements AutoCloseable {
    final CopyJob job;
    long offset;
    private final java.util.List<ManifestFile> done = new java.util.ArrayList<>();
    private @Nullable StorageOutput output;

    Target(CopyJob job) {
      this.job = job;
    }

    StorageOutput output(String path) {
      StorageOutput open = output;
      if (open == null) {
        open =
            batch.write(
                job.bundleId() == 0
                    ? path
                    : RepositoryLayout.bundle(settings.stanza(), settings.label(), job.bundleId()));
        output = open;
      }
      return open;
    }

    void add(ManifestFile file) {
      done.add(file);
    }

    void commit() {
      if (output != null) {
        output.commit();
      }
      done.forEach(results::stored);
    }

    @Override
    public void close() {
      if (output != null) {
        output.close();
      }
    }
  }
}
