package dev.holdfast.codec.page;

import java.io.IOException;

/** Reads a page of the segment file again, after its checksum did not match. */
@FunctionalInterface
public interface PageReader {
  /**
   * Fills the array from the file.
   *
   * @param position in the segment file, in bytes
   * @param page has the length of a page
   * @return how many bytes were read; fewer than the page has when the file ends before
   */
  int reread(long position, byte[] page) throws IOException;
}
