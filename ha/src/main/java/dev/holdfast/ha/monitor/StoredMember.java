package dev.holdfast.ha.monitor;

import dev.holdfast.domain.ErrorCode;
import dev.holdfast.domain.HoldfastException;
import dev.holdfast.ha.raft.Peer;
import dev.holdfast.ha.wire.Json;
import dev.holdfast.postgres.file.DurableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Who this monitor is among several, as its file has it. A directory without the file has never
 * voted, and gets a new incarnation: whoever lost his directory is not taken for who he was.
 *
 * @param format {@link #FORMAT}
 * @param self this one
 * @param group the group's UUID, once there is one
 * @param founders who formed the group, this one among them; empty when it was joined later
 * @param begun whether the log's directory was made: it must be there from then on
 */
record StoredMember(
    int format, Peer self, Optional<String> group, List<Peer> founders, boolean begun) {
  static final int FORMAT = 1;
  private static final int INCARNATION_BYTES = 8;

  /** Copies. */
  StoredMember {
    founders = List.copyOf(founders);
  }

  static Path file(Path directory) {
    return directory.resolve("member.json");
  }

  /**
   * What is there, else a new one, which is written.
   *
   * @throws HoldfastException file-invalid (28) when it cannot be used, option-invalid-value (32)
   *     when it is somebody else's or has moved
   */
  static StoredMember of(Path directory, MonitorPeers peers) {
    Path file = file(directory);
    MonitorPeers.Place place = peers.own();
    try {
      if (!Files.exists(file)) {
        byte[] incarnation = new byte[INCARNATION_BYTES];
        new SecureRandom().nextBytes(incarnation);
        Peer self =
            new Peer(
                peers.self(),
                HexFormat.of().formatHex(incarnation),
                place.agreement(),
                place.service());
        StoredMember fresh = new StoredMember(FORMAT, self, Optional.empty(), List.of(), false);
        fresh.write(directory);
        return fresh;
      }
      StoredMember stored = Json.read(Files.readAllBytes(file), StoredMember.class);
      stored.check(file, peers.self(), place);
      return stored;
    } catch (IOException e) {
      throw new HoldfastException(
          ErrorCode.FILE_READ, "unable to read '" + file + "': " + e.getMessage(), e);
    }
  }

  private void check(Path file, String name, MonitorPeers.Place place) {
    if (format != FORMAT) {
      throw new HoldfastException(
          ErrorCode.VERSION_NOT_SUPPORTED,
          "'" + file + "' has format " + format + ", which this version does not know",
          "A newer version wrote it: run that one, or a newer.");
    }
    boolean moved =
        group.isPresent()
            && !(self.agreement().equals(place.agreement())
                && self.service().equals(place.service()));
    if (!self.name().equals(name) || moved) {
      throw new HoldfastException(
          ErrorCode.OPTION_INVALID_VALUE,
          "'"
              + file
              + "' is of monitor '"
              + self.name()
              + "' at "
              + self.service()
              + ","
              + self.agreement().port()
              + ", the options are of '"
              + name
              + "' at "
              + place.service()
              + ","
              + place.agreement().port(),
          "The others know it by that. To move it, take it out (holdfast monitors remove) and let"
              + " it join anew with an empty directory.");
    }
  }

  void write(Path directory) {
    DurableFile.write(file(directory), Json.write(this));
  }

  StoredMember in(String newGroup, List<Peer> newFounders) {
    return new StoredMember(FORMAT, self, Optional.of(newGroup), newFounders, false);
  }

  StoredMember beginning() {
    return new StoredMember(FORMAT, self, group, founders, true);
  }
}
