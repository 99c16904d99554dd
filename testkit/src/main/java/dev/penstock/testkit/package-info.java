/**
 * A real PostgreSQL primary with streaming replicas, without Docker, and the ways to hurt it.
 *
 * <p>In comes a description ({@link dev.penstock.testkit.PostgresClusterBuilder}); out comes a running
 * {@link dev.penstock.testkit.PostgresCluster} whose {@linkplain dev.penstock.testkit.PostgresNode nodes} can be stopped,
 * killed, frozen, promoted and cut off, and a {@link dev.penstock.testkit.TcpProxy} for what happens on the wire. All
 * listeners are on loopback, every password is random, and nothing is left after {@code close}.
 *
 * <p>How a cluster comes up: {@code ServerBinaries} finds binaries that run here and as whom ({@code ServerUser});
 * {@code Workspace} gives it a directory and removes what dead JVMs left; {@code ClusterTemplate} is the cached result of
 * {@code initdb}; {@code DataDirectory} copies and configures it per node; {@code ServerProcess} runs it.
 */
@org.jspecify.annotations.NullMarked
package dev.penstock.testkit;
