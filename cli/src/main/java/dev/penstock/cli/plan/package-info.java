/** What {@code penstock plan} prints: how many connections and why, as a table or as JSON. */
@NullMarked
package dev.penstock.cli.plan;

import org.jspecify.annotations.NullMarked;
