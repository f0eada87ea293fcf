/** pgBackRest repository format 5: info files, manifests, archive, bundles. */
@NullMarked
package dev.holdfast.repository;

import org.jspecify.annotations.NullMarked;
