/**
 * The growing WAL segment in the repositories, piece by piece, so that what is lost with a host is
 * a second or two of WAL and not what has been written since the last full segment.
 *
 * <h2>Where pieces lie</h2>
 *
 * <p>Beside the segments: {@code archive/<stanza>/<archive id>/<16 hex>/<24 hex>.<8 hex>.hf}, the
 * segment's name and the offset of the piece's first byte in it. pgBackRest finds segments by a
 * pattern that these names do not fit, and expires whatever begins with a segment's name together
 * with the segment.
 *
 * <h2>What a piece holds</h2>
 *
 * <p>Encrypted as the repository's WAL is: a header, see {@link
 * dev.holdfast.engine.stream.PieceHeader}, then the bytes, compressed as the header says. The
 * header has the SHA-1 of the bytes, and the SHA-1 of the segment's bytes before them. The latter
 * makes the pieces a chain: a piece of another writer (an old primary that came back, a copy that
 * was promoted as well) does not fit, and everything from there on is left out.
 *
 * <h2>Writing</h2>
 *
 * <p>{@link dev.holdfast.engine.stream.RepositoryTail} writes for one repository. The bytes come
 * from {@code pg_wal}, up to where the server has flushed them: what lies before that point in the
 * file never changes again. The first piece that a writer makes of a segment begins at 0 and covers
 * what there is; then the others of that segment are removed. So a crash at any point leaves pieces
 * of one chain, perhaps with obsolete ones beside it, which end before the first piece does. The
 * same happens when a segment has many pieces, and after each failure. Pieces go when the segment
 * is in the same repository as a whole.
 *
 * <h2>Reading</h2>
 *
 * <p>{@link dev.holdfast.engine.stream.TailAssembly} puts together what is contiguous from 0 and
 * fits, fills up with zeros, and PostgreSQL ends its recovery at the last whole record.
 */
@NullMarked
package dev.holdfast.engine.stream;

import org.jspecify.annotations.NullMarked;
