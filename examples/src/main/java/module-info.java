/** The programs that README and docs quote. */
@org.jspecify.annotations.NullMarked
module dev.penstock.examples {
    requires static org.jspecify;
    requires dev.penstock;
    requires org.postgresql.jdbc;
    requires jdk.httpserver;
}
