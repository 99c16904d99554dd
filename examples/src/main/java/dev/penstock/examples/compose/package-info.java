/** The application of compose/compose.yaml. In: variables and mounted secrets. Out: visits over HTTP. */
@NullMarked
package dev.penstock.examples.compose;

import org.jspecify.annotations.NullMarked;
