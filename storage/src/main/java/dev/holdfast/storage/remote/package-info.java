/**
 * Storages of another host, over a pair of streams: the standard input and output of a program that
 * ssh started. Either that program serves a repository of its host, or it runs a verb there, and
 * the one that started it serves its repositories to it.
 *
 * <h2>The protocol</h2>
 *
 * <p>The program that was started begins with one line, {@code HOLDFAST-STORAGE <protocol>
 * <version>} when it serves a repository, and {@code HOLDFAST-DATABASE <protocol> <version>} when
 * it runs a verb; lines before it, which a login shell may print, are passed over. From there on
 * both sides send frames:
 *
 * <pre>
 *   length  4 bytes   of what follows
 *   number  4 bytes   chosen by the client; the answer has the same
 *   channel 2 bytes   of a request: the repository's number, or 0 for the verb or an only storage
 *   kind    1 byte    {@link dev.holdfast.storage.remote.Kind}, or of an answer: 0 done, 1 failed
 *   content           strings and byte arrays as a length of 4 bytes and the bytes
 * </pre>
 *
 * <p>Requests are answered in any order, except that those about one open file or batch are done
 * one after the other. So a client sends several pieces of a file before the first is answered, and
 * the time of a round trip does not set the pace; how many is the client's choice, and bounds the
 * memory of both sides. A failure is sticky: after a piece that could not be written, the commit
 * that was already on its way fails too.
 *
 * <p>The end of the server's input ends the server: what was not committed is removed. Likewise a
 * verb that lost its backup server gives up.
 */
@NullMarked
package dev.holdfast.storage.remote;

import org.jspecify.annotations.NullMarked;
