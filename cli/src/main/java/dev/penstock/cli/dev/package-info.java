/** What {@code penstock dev} does. In: ports. Out: a running cluster and the variables that lead to it. */
@NullMarked
package dev.penstock.cli.dev;

import org.jspecify.annotations.NullMarked;
