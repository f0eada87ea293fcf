package dev.holdfast.postgres.replication;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.postgres.file.DurableFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The configuration of a server that has it outside of its data directory, as copies of the data
 * directory carry it: {@code holdfast.carried.conf}, {@code .hba} and {@code .ident}. A node that
 * is made from such a copy has no other, and unpacks it when it is first started.
 *
 * <p>Each is written whole; between the three a crash leaves an older one, and the next writing
 * replaces it.
 */
public final class CarriedConfiguration {
  private static final String SETTINGS = "holdfast.carried.conf";
  private static final Map<String, String> TEXTS =
      Map.of("hba_file", "holdfast.carried.hba", "ident_file", "holdfast.carried.ident");

  /** Where things are on the host that it comes from. */
  private static final Set<String> PLACES =
      Set.of("data_directory", "config_file", "hba_file", "ident_file", "external_pid_file");

  private static final Set<String> OF_TLS = Set.of("ssl_cert_file", "ssl_key_file", "ssl_ca_file");

  private final Path data;

  /** Of one data directory. */
  public CarriedConfiguration(Path data) {
    this.data = data;
  }

  /**
   * Packs what a running server works with.
   *
   * @param session with a superuser's rights
   */
  public void pack(ReplicationSession session) {
    Map<String, String> settings = new TreeMap<>(session.configured());
    settings.keySet().removeAll(ManagedSettings.OWNED);
    settings.keySet().removeAll(PLACES);
    settings.keySet().removeIf(name -> name.startsWith("holdfast."));
    StringBuilder text =
        new StringBuilder("# What a copy of this node is configured with; see holdfast keeper.\n");
    settings.forEach((name, value) -> text.append(ManagedSettings.line(name, value)));
    DurableFile.write(data.resolve(SETTINGS), text.toString().getBytes(StandardCharsets.UTF_8));
    TEXTS.forEach((setting, file) -> {
      Path from = Path.of(session.setting(setting));
      try {
        DurableFile.write(data.resolve(file), Files.readAllBytes(from));
      } catch (IOException e) {
        throw new HoldfastException(
            ErrorCode.FILE_READ, "unable to read '" + from + "': " + e.getMessage(), e);
      }
    });
  }

  /**
   * Gives a copy that has no configuration the one that it carries. A setting that names a file
   * which is not on this host stays there as a comment.
   *
   * @return whether it carries one
   */
  boolean unpack() {
    if (!Files.exists(data.resolve(SETTINGS))) {
      return false;
    }
    unpackText("holdfast.carried.hba", "pg_hba.conf");
    unpackText("holdfast.carried.ident", "pg_ident.conf");
    List<String> lines = new ArrayList<>();
    boolean withoutTls = false;
    for (String line : read(SETTINGS)) {
      boolean missing = namesAMissingFile(line);
      withoutTls |= missing && OF_TLS.contains(ManagedSettings.nameIn(line));
      lines.add(missing ? "# not on this host: " + line : line);
    }
    if (withoutTls) {
      lines.add("ssl = 'off'");
    }
    // Last, because without it the next start unpacks again.
    DurableFile.write(
        data.resolve(ConfigurationFiles.MAIN),
        (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
    return true;
  }

  private static boolean namesAMissingFile(String line) {
    int value = line.indexOf("= '/");
    // A command is no file.
    return value > 0
        && !ManagedSettings.nameIn(line).endsWith("_command")
        && !Files.exists(Path.of(line.substring(value + 3, line.length() - 1)));
  }

  private void unpackText(String carried, String name) {
    if (Files.exists(data.resolve(carried)) && !Files.exists(data.resolve(name))) {
      DurableFile.write(
          data.resolve(name),
          (String.join("\n", read(carried)) + "\n").getBytes(StandardCharsets.ISO_8859_1));
    }
  }

  private List<String> read(String name) {
    return ManagedSettings.lines(data.resolve(name));
  }
}
