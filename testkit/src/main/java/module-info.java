/** A real PostgreSQL primary with streaming replicas, TLS and faults, for tests. Depends on no other Penstock module. */
@org.jspecify.annotations.NullMarked
module dev.penstock.testkit {
    requires static org.jspecify;
    requires static org.junit.jupiter.api;
    requires transitive java.sql;
    requires java.logging;
    requires org.postgresql.jdbc;
    requires org.bouncycastle.pkix;
    requires org.bouncycastle.provider;
    requires org.apache.commons.compress;
    requires org.tukaani.xz;

    exports dev.penstock.testkit;
    exports dev.penstock.testkit.history;
}
