package dev.holdfast.ha.raft;

import java.util.Arrays;
import java.util.Objects;

/**
 * A value under a name.
 *
 * @param version 1 for the first, one more with every write
 * @param value the bytes; not to be changed
 */
public record Register(long version, byte[] value) {
  @Override
  public boolean equals(Object other) {
    return other instanceof Register register
        && version == register.version
        && Arrays.equals(value, register.value);
  }

  @Override
  public int hashCode() {
    return Objects.hash(version, Arrays.hashCode(value));
  }

  @Override
  public String toString() {
    return "version " + version + ", " + value.length + " bytes";
  }
}
