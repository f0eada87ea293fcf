/**
 * A bound on how fast a repository is read and written: {@link
 * dev.holdfast.storage.throttle.ThrottledStorage} around any driver, and {@link
 * dev.holdfast.storage.throttle.Bandwidth}, which all that a process does with one repository
 * shares. Counted are the bytes of files, as they are stored; what a protocol adds, repeats after
 * an error, and listings are not.
 */
@NullMarked
package dev.holdfast.storage.throttle;

import org.jspecify.annotations.NullMarked;
