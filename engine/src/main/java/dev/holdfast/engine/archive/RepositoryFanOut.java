package dev.holdfast.engine.archive;

import dev.holdfast.codec.cipher.BlockCipher;
import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.storage.StorageOutput;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes one stream into several repositories, each encrypted for itself. A repository that fails
 * is left out from there on and its error kept, so that the others still receive the file.
 *
 * <p>{@link #close} ends the encryption, {@link #commit} makes the files visible; closing without a
 * commit afterwards abandons them by {@link #abandon}.
 */
final class RepositoryFanOut extends OutputStream {
  private final List<Branch> branches = new ArrayList<>();
  private final List<String> errors;

  /** One repository's end of the stream. */
  private static final class Branch {
    final ArchiveDirectory directory;
    final StorageOutput output;
    final OutputStream stream;
    @Nullable HoldfastException error;

    Branch(ArchiveDirectory directory, StorageOutput output) {
      this.directory = directory;
      this.output = output;
      OutputStream kept = new KeptOpen(output);
      this.stream =
          directory.pass().isPresent()
              ? BlockCipher.encrypt(kept, directory.pass().get(), false)
              : kept;
    }
  }

  /** Lets the encryption end without abandoning the file below it. */
  private static final class KeptOpen extends FilterOutputStream {
    KeptOpen(StorageOutput output) {
      super(output);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
    }

    @Override
    public void close() {}
  }

  /**
   * Opens the file everywhere.
   *
   * @param errors where the errors of single repositories are added
   */
  RepositoryFanOut(List<ArchiveDirectory> directories, String fileName, List<String> errors) {
    this.errors = errors;
    for (ArchiveDirectory directory : directories) {
      try {
        branches.add(new Branch(directory, directory.storage().write(directory.path(fileName))));
      } catch (HoldfastException e) {
        errors.add(RepositoryErrors.line(directory.repositoryKey(), e));
      }
    }
  }

  private interface Step {
    void run(Branch branch) throws IOException;
  }

  private void forEach(Step step) {
    for (Branch branch : branches) {
      if (branch.error == null) {
        try {
          step.run(branch);
        } catch (HoldfastException e) {
          fail(branch, e);
        } catch (IOException e) {
          fail(
              branch,
              new HoldfastException(
                  ErrorCode.FILE_WRITE,
                  "unable to write to '" + branch.directory.storage().name() + "'",
                  e));
        }
      }
    }
  }

  private void fail(Branch branch, HoldfastException error) {
    branch.error = error;
    errors.add(RepositoryErrors.line(branch.directory.repositoryKey(), error));
  }

  @Override
  public void write(int oneByte) {
    write(new byte[] {(byte) oneByte}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    forEach(branch -> branch.stream.write(bytes, offset, length));
  }

  @Override
  public void close() {
    forEach(branch -> branch.stream.close());
  }

  /** Makes the file durable and visible in every repository that has not failed. */
  void commit() {
    forEach(branch -> branch.output.commit());
  }

  /** Removes what was not committed. */
  void abandon() {
    for (Branch branch : branches) {
      branch.output.close();
    }
  }
}
