/**
 * The storage driver for a server that speaks SFTP.
 *
 * <p>It speaks version 3 of the protocol with these extensions of OpenSSH, each used where the
 * server announces it:
 *
 * <ul>
 *   <li>{@code fsync@openssh.com}: files, and the directories that OpenSSH lets us open as files,
 *       are synced. A server without it keeps what it acknowledged only as well as its file system
 *       does after a power failure.
 *   <li>{@code posix-rename@openssh.com}: a file is replaced at once. Without it, the old file is
 *       removed first, and for a moment there is none (which is why info files have copies).
 *   <li>{@code hardlink@openssh.com}: exclusive writes link the temporary name to the name, which
 *       fails when it exists; {@code repo-hardlink} needs it. Without it, the protocol's own
 *       renaming is used, which must not replace a file.
 *   <li>{@code statvfs@openssh.com}: only to say that a disk is full, for which the protocol has no
 *       word.
 * </ul>
 *
 * <h2>How a file is written</h2>
 *
 * <p>In the order of the posix driver: {@code <name>.<8 letters>.hftmp} is created exclusively;
 * content, sync and close; renaming or linking; sync of the directory. A crash of ours, of the
 * connection or of the server leaves a temporary name or the whole file.
 *
 * <h2>Speed</h2>
 *
 * <p>Up to 32 requests of 64 kB are under way for each file, so that the time of a round trip does
 * not set the pace; a file costs 4 round trips beyond that. One SSH session is shared by up to six
 * channels, because a channel's process does one thing at a time.
 *
 * <h2>Lost connections</h2>
 *
 * <p>What can be done twice is tried up to three times on new connections, reads go on where they
 * stood if the file is still the same, and writes fail. A server that does not answer within the
 * timeout counts as lost. Why each kind is treated so stands with the class that does it.
 */
@NullMarked
package dev.holdfast.storage.sftp;

import org.jspecify.annotations.NullMarked;
