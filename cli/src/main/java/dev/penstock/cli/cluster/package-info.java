/** What {@code penstock demo} and {@code penstock dev} begin with. In: how a cluster is to be. Out: the cluster, and word of the wait. */
@NullMarked
package dev.penstock.cli.cluster;

import org.jspecify.annotations.NullMarked;
