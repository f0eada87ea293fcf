package dev.holdfast.ha.keeper;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.wire.Json;
import dev.holdfast.postgres.file.DurableFile;
import dev.holdfast.postgres.replication.ConfigurationFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * What was in force on a server before a keeper had to do with it, and stays so: {@code
 * adopted.json} in the keeper's directory, written whole and durable before the node is registered.
 * A node that was made by its keeper has none.
 *
 * @param main postgresql.conf, absolute
 * @param hba pg_hba.conf, absolute
 * @param listen its {@code listen_addresses}; empty for what the keeper is told
 * @param sockets its {@code unix_socket_directories}; empty for what the keeper is told
 * @param confirming its {@code synchronous_standby_names}, as long as it is the only node; empty
 *     when there were none, and from the second node's registration on
 */
public record AdoptedServer(
    String main, String hba, String listen, String sockets, String confirming) {
  private static final String FILE = "adopted.json";

  /** One that nobody has adopted. */
  public static final AdoptedServer NONE = new AdoptedServer("", "", "", "", "");

  /**
   * As its file has it.
   *
   * @param state the keeper's directory
   * @throws HoldfastException json-format (99) when it cannot be understood, file-read (42)
   */
  public static AdoptedServer read(Path state) {
    Path file = state.resolve(FILE);
    try {
      return Json.read(Files.readAllBytes(file), AdoptedServer.class);
    } catch (NoSuchFileException e) {
      return NONE;
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_READ, "unable to read '" + file + "': " + e.getMessage(), e);
    }
  }

  /** Makes it durable. */
  void write(Path state) {
    DurableFile.write(state.resolve(FILE), Json.write(this));
  }

  /** A file as it is called within the data directory, if it is there. */
  static Path within(Path data, Path file) {
    Path there = data.resolve(String.valueOf(file.getFileName()));
    try {
      return Files.exists(there) && Files.isSameFile(there, file) ? there : file;
    } catch (IOException e) {
      return file;
    }
  }

  /** One that was stopped when its keeper began. */
  static AdoptedServer of(ConfigurationFiles files) {
    return new AdoptedServer(files.main().toString(), files.hba().toString(), "", "", "");
  }

  /** Whether there is anything that stays. */
  public boolean isAdopted() {
    return !main.isEmpty();
  }

  /** Where its configuration is. */
  public ConfigurationFiles files() {
    return new ConfigurationFiles(Path.of(main), Path.of(hba));
  }

  /** The same, when who confirmed before confirms no more. */
  AdoptedServer released() {
    return new AdoptedServer(main, hba, listen, sockets, "");
  }
}
