/**
 * The connection that frameworks hold: settings first, a server when one is needed. In: what a framework says of its work
 * before it does any ({@code setReadOnly}, {@code setAutoCommit}, isolation). Out: a {@link java.sql.Connection} that takes a
 * server through a {@link dev.penstock.binding.Binder} at the first call that needs one. Knows nothing of routing.
 */
@NullMarked
package dev.penstock.binding;

import org.jspecify.annotations.NullMarked;
