/**
 * The connections of one node: one fair {@link dev.penstock.pool.Gate}, one count, and a Hikari pool each for writing and
 * reading behind them. In: a {@link dev.penstock.connect.Node} and a {@link dev.penstock.connect.Connector}. Out: borrowed
 * connections that were proven to suit their purpose. The only package that knows HikariCP.
 */
@NullMarked
package dev.penstock.pool;

import org.jspecify.annotations.NullMarked;
