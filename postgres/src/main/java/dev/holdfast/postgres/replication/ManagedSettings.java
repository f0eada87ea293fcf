package dev.holdfast.postgres.replication;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.postgres.file.DurableFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The settings of a server that its keeper owns: {@code holdfast.conf} in the data directory, which
 * {@code postgresql.conf}, wherever that is, includes at its end. What {@code ALTER SYSTEM} says of
 * them would take precedence, so it is taken out of {@code postgresql.auto.conf} while the server
 * is stopped; of a running one {@link ReloadProof} notices.
 *
 * <p>The file travels with copies of the data directory, so it is written anew before every start.
 */
public final class ManagedSettings {
  /** The file's name in the data directory. */
  public static final String FILE = "holdfast.conf";

  private static final byte[] NOTHING = {};
  private static final String AUTO = "postgresql.auto.conf";

  /** What makes PostgreSQL start as a standby. */
  private static final String STANDBY_SIGNAL = "standby.signal";

  /** What would make it end recovery by itself. */
  private static final String RECOVERY_SIGNAL = "recovery.signal";

  /** Whoever sets these decides who confirms, and who is followed. */
  static final Set<String> OWNED =
      Set.of(
          "synchronous_standby_names",
          "primary_conninfo",
          "primary_slot_name",
          "recovery_target_timeline",
          "wal_retrieve_retry_interval",
          "wal_receiver_status_interval",
          "hot_standby",
          "port",
          "listen_addresses",
          "unix_socket_directories");

  private final Path data;
  private final Map<String, String> always;
  private final ConfigurationFiles files;
  private final String include;

  /**
   * Of one server.
   *
   * @param data its data directory
   * @param always settings that never change while a keeper runs, for example {@code port}
   */
  public ManagedSettings(Path data, Map<String, String> always) {
    this(data, always, ConfigurationFiles.in(data));
  }

  /** The same, of a server whose configuration may be elsewhere. */
  public ManagedSettings(Path data, Map<String, String> always, ConfigurationFiles files) {
    this.files = files;
    Path own = files.isIn(data) ? Path.of(FILE) : data.resolve(FILE).toAbsolutePath();
    this.include = "include_if_exists = '" + own.toString().replace("'", "''") + "'";
    this.data = data;
    this.always = Map.copyOf(always);
  }

  /**
   * Writes them; they take effect with the next start or {@link ReloadProof#reload}.
   *
   * @param version their number, which the server shows as {@code holdfast.version}
   * @param synchronousStandbyNames who confirms, in PostgreSQL's syntax; empty for nobody
   * @param node the node's own number, by which its upstream knows it
   * @param upstream the number of the node to stream from, 0 for none
   */
  public void write(long version, String synchronousStandbyNames, int node, int upstream) {
    Map<String, String> settings = new LinkedHashMap<>(new TreeMap<>(always));
    settings.put("holdfast.version", Long.toString(version));
    settings.put("synchronous_standby_names", synchronousStandbyNames);
    settings.put(
        "primary_conninfo",
        upstream == 0
            ? ""
            : "service=" + Upstreams.service(upstream) + " application_name=" + member(node));
    settings.put("recovery_target_timeline", "latest");
    // The default of 5 s makes every second promotion wait for it.
    settings.put("wal_retrieve_retry_interval", "100ms");
    settings.put("wal_receiver_status_interval", "1s");
    settings.put("hot_standby", "on");
    StringBuilder text =
        new StringBuilder("# Written by holdfast keeper; what is changed here is overwritten.\n");
    settings.forEach((name, value) -> text.append(line(name, value)));
    text.append("include_if_exists = '").append(SlotBound.FILE).append("'\n");
    // Each process would log that it is missing, each time.
    Path bound = data.resolve(SlotBound.FILE);
    if (!Files.exists(bound)) {
      DurableFile.write(bound, NOTHING);
    }
    DurableFile.write(data.resolve(FILE), text.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** A line of a configuration file. */
  static String line(String name, String value) {
    return name + " = '" + value.replace("\\", "\\\\").replace("'", "''") + "'\n";
  }

  /** The name by which a node confirms, in {@code synchronous_standby_names} and elsewhere. */
  public static String member(int node) {
    return "node_" + node;
  }

  /** The synchronous_standby_names that were written last; empty when nothing was. */
  public String synchronousStandbyNames() {
    String prefix = "synchronous_standby_names = '";
    return lines(data.resolve(FILE)).stream()
        .filter(line -> line.startsWith(prefix))
        .map(line -> line.substring(prefix.length(), line.length() - 1).replace("''", "'"))
        .findFirst()
        .orElse("");
  }

  /**
   * Makes them count: to be called while the server is stopped.
   *
   * @throws HoldfastException file-missing (55) when the server has no configuration
   */
  public void takeOver() {
    include();
    Path auto = data.resolve(AUTO);
    List<String> others = lines(auto).stream().filter(line -> !isOwned(line)).toList();
    if (others.size() < lines(auto).size()) {
      replace(auto, others);
    }
  }

  /**
   * Has postgresql.conf include them at its end. A server that runs has them with its next reload.
   *
   * @throws HoldfastException file-missing (55) when there is none
   */
  public void include() {
    Path main = files.main();
    if (!Files.exists(main) && !(files.isIn(data) && new CarriedConfiguration(data).unpack())) {
      throw new HoldfastException(
          ErrorCode.FILE_MISSING,
          "PostgreSQL's configuration '" + main + "' does not exist",
          "A data directory that comes from where Debian's tools keep it below /etc/postgresql has"
              + " none: copy postgresql.conf, pg_hba.conf and pg_ident.conf from there, without"
              + " the settings of their places.");
    }
    List<String> lines = lines(main);
    if (lines.isEmpty() || !lines.getLast().equals(include)) {
      List<String> kept = new ArrayList<>(lines);
      kept.removeIf(include::equals);
      kept.add(include);
      replace(main, kept);
    }
  }

  /** The settings of ours that {@code ALTER SYSTEM} has set, which would take precedence. */
  public List<String> overridden() {
    return lines(data.resolve(AUTO)).stream()
        .filter(this::isOwned)
        .map(ManagedSettings::nameIn)
        .distinct()
        .toList();
  }

  private boolean isOwned(String line) {
    return OWNED.contains(nameIn(line)) || always.containsKey(nameIn(line));
  }

  static String nameIn(String line) {
    return line.strip().split("[\\s=]", 2)[0];
  }

  /** Whether there is still the {@code restore_command} with which a backup was restored. */
  public boolean hasRestoreCommand() {
    return lines(data.resolve(AUTO)).stream().anyMatch(ManagedSettings::restores);
  }

  private static boolean restores(String line) {
    return nameIn(line).equals("restore_command");
  }

  /**
   * Takes out the {@code restore_command} with which a backup was restored. A standby that streams
   * would ask the repository again and again when its primary is gone, and a promotion would wait
   * for the answer.
   *
   * @return whether there was one
   */
  public boolean dropRestoreCommand() {
    Path auto = data.resolve(AUTO);
    List<String> lines = lines(auto);
    List<String> others = lines.stream().filter(line -> !restores(line)).toList();
    if (others.size() == lines.size()) {
      return false;
    }
    replace(auto, others);
    return true;
  }

  /** Whether the server starts as a standby. */
  public boolean standby() {
    return Files.exists(data.resolve(STANDBY_SIGNAL));
  }

  /** Has the next start be one as a standby, or as a primary. */
  public void standby(boolean recovery) {
    Path signal = data.resolve(STANDBY_SIGNAL);
    try {
      Files.deleteIfExists(data.resolve(RECOVERY_SIGNAL));
      if (recovery && !Files.exists(signal)) {
        DurableFile.write(signal, NOTHING);
      } else if (!recovery) {
        Files.deleteIfExists(signal);
      }
      DurableFile.syncName(signal);
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_WRITE, "unable to write '" + signal + "': " + e.getMessage(), e);
    }
  }

  /**
   * Lets the other nodes in: the role of replication may stream, and connect to the database {@code
   * postgres}, from everywhere, with its password.
   */
  public void admit(String role) {
    String line = "host replication,postgres " + role + " all scram-sha-256";
    Path file = files.hba();
    List<String> lines = lines(file);
    if (!lines.contains(line)) {
      List<String> more = new ArrayList<>(lines);
      more.addFirst(line);
      more.addFirst("# The nodes of this cluster; written by holdfast keeper.");
      replace(file, more);
    }
  }

  /** A character for each byte, here and when it is read: comments in any encoding survive. */
  private static void replace(Path file, List<String> lines) {
    DurableFile.replace(
        file, (String.join("\n", lines) + "\n").getBytes(StandardCharsets.ISO_8859_1));
  }

  static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_READ, "unable to read '" + file + "': " + e.getMessage(), e);
    }
  }
}
