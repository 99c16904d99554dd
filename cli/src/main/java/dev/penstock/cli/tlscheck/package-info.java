/**
 * What {@code penstock tls-check} does: asks servers about TLS and tells what Penstock and plain pgjdbc make of the answer.
 */
@NullMarked
package dev.penstock.cli.tlscheck;

import org.jspecify.annotations.NullMarked;
