package dev.holdfast.storage.posix;

import com.sun.nio.file.ExtendedOpenOption;
import dev.holdfast.domain.ErrorCode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * Reads and writes the large files of a database directory beside the page cache. Thread-safe; made
 * for one backup or restore and closed after it.
 *
 * <p>Memory outside the heap is bounded by the number of files that are open at once: 8 MiB for
 * each being written, 1 MiB for each being read. Who opens more than promised gets ordinary
 * buffered streams.
 */
public final class LocalFiles implements AutoCloseable {
  private static final int WRITE_CHUNK = 4 * 1024 * 1024;
  private static final int READ_CHUNK = 1024 * 1024;

  /**
   * Below it the page cache is faster: 20,000 files of 8 KiB took 1.1 s buffered, 17 s directly.
   */
  private static final long DIRECT_FROM_BYTES = 256 * 1024;

  private final AlignedBuffers readBuffers;
  private final AlignedBuffers writeBuffers;
  private final ExecutorService writers;
  private final Map<Object, Boolean> directByDevice = new ConcurrentHashMap<>();

  /**
   * No file open yet.
   *
   * @param concurrentFiles how many files are open at once for each of reading and writing
   */
  public LocalFiles(int concurrentFiles) {
    this.readBuffers = new AlignedBuffers(READ_CHUNK, concurrentFiles);
    this.writeBuffers = new AlignedBuffers(WRITE_CHUNK, 2 * concurrentFiles);
    ThreadFactory threads = Thread.ofPlatform().daemon().name("direct-write-", 0).factory();
    this.writers = Executors.newCachedThreadPool(threads);
  }

  /**
   * Opens a file, whose stream goes on to wherever the file then ends. Used by the thread that
   * opened it.
   *
   * @throws dev.holdfast.domain.HoldfastException file-missing (55) or file-open (41); the stream's
   *     read throws file-read (42)
   */
  public InputStream read(Path path) {
    ByteBuffer buffer = readBuffers.take();
    if (buffer == null) {
      return new ChannelInput(path, openToRead(path));
    }
    boolean opened = false;
    try {
      InputStream input =
          new UncachedInput(NativeFile.open(path, NativeFile.READ, 0), readBuffers, buffer);
      opened = true;
      return input;
    } finally {
      if (!opened) {
        readBuffers.giveBack(buffer);
      }
    }
  }

  /**
   * Begins to write a file under its own name, with an empty content when it existed. Its directory
   * must exist.
   *
   * @param mode permission bits, whatever the umask is; a file that existed gets them too
   * @param expectedBytes how long it will be, or a guess: decides how it is written
   * @throws dev.holdfast.domain.HoldfastException file-open (41), file-missing (55) when the
   *     directory is missing, file-mode (83)
   */
  public LocalOutput write(Path path, int mode, long expectedBytes) {
    if (expectedBytes >= DIRECT_FROM_BYTES && takesDirectWrites(path)) {
      LocalOutput direct = writeDirectly(path, mode);
      if (direct != null) {
        return direct;
      }
    }
    return new BufferedLocalOutput(path, openToWrite(path, mode, StandardOpenOption.WRITE));
  }

  /**
   * Makes a file that is one hole: of a length, but taking no room where the file system has holes.
   * What it held before is gone.
   *
   * @param mode permission bits, as for {@link #write}
   * @throws dev.holdfast.domain.HoldfastException file-open (41), file-write (64), file-mode (83)
   */
  public static void writeHole(Path path, int mode, long length) {
    // Only this class of the platform makes a file longer without writing to it.
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      PosixAttributes.setMode(path, mode);
      file.setLength(0);
      file.setLength(length);
    } catch (FileNotFoundException e) {
      throw PosixFailure.of(ErrorCode.FILE_OPEN, "open for writing", path, e);
    } catch (IOException e) {
      throw PosixFailure.of(ErrorCode.FILE_WRITE, "write", path, e);
    }
  }

  private @Nullable LocalOutput writeDirectly(Path path, int mode) {
    ByteBuffer first = writeBuffers.take();
    if (first == null) {
      return null;
    }
    ByteBuffer second = writeBuffers.take();
    boolean opened = false;
    try {
      if (second == null) {
        return null;
      }
      FileChannel channel = openToWrite(path, mode, ExtendedOpenOption.DIRECT);
      opened = true;
      return new DirectLocalOutput(path, channel, writeBuffers, first, second, writers);
    } finally {
      if (!opened) {
        writeBuffers.giveBack(first);
        if (second != null) {
          writeBuffers.giveBack(second);
        }
      }
    }
  }

  private boolean takesDirectWrites(Path path) {
    Path directory = PosixDirectories.parentOf(path.toAbsolutePath());
    try {
      Object device = Files.getAttribute(directory, "unix:dev");
      return directByDevice.computeIfAbsent(device, _ -> WriteTrial.favoursDirectWrites(directory));
    } catch (IOException e) {
      throw PosixFailure.of(ErrorCode.FILE_OPEN, "find the file system of", directory, e);
    }
  }

  private static FileChannel openToWrite(Path path, int mode, OpenOption option) {
    FileChannel channel;
    try {
      channel =
          FileChannel.open(
              path,
              StandardOpenOption.CREATE,
              StandardOpenOption.TRUNCATE_EXISTING,
              StandardOpenOption.WRITE,
              option);
    } catch (NoSuchFileException e) {
      throw PosixFailure.of(ErrorCode.FILE_MISSING, "open for writing", path, e);
    } catch (IOException e) {
      throw PosixFailure.of(ErrorCode.FILE_OPEN, "open for writing", path, e);
    }
    PosixAttributes.setMode(path, mode);
    return channel;
  }

  private static FileChannel openToRead(Path path) {
    try {
      return FileChannel.open(path, StandardOpenOption.READ);
    } catch (NoSuchFileException e) {
      throw PosixFailure.of(ErrorCode.FILE_MISSING, "open", path, e);
    } catch (IOException e) {
      throw PosixFailure.of(ErrorCode.FILE_OPEN, "open", path, e);
    }
  }

  /** Ends the threads; what is still open must have been closed before. */
  @Override
  public void close() {
    writers.close();
  }
}
