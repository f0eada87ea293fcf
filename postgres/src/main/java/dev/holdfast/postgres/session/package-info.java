/** SQL on running clusters, as far as backup and check need it. */
@NullMarked
package dev.holdfast.postgres.session;

import org.jspecify.annotations.NullMarked;
