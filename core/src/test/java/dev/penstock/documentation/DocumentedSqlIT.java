package dev.penstock.documentation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every {@code sql} block of docs/ does what its page says, on a primary with two replicas. Its first line names the role and
 * the server: {@code -- as shop_app, on every replica}; a block without one is run by the database's owner on the primary.
 * The blocks of a page run in its order on one cluster, so that a page may promote a replica and then look at it.
 */
class DocumentedSqlIT {
    private static final Pattern WHERE =
            Pattern.compile("-- as (\\w+), on (the primary|a replica|every replica|every server)\\n.*", Pattern.DOTALL);

    static List<Path> pages() throws IOException {
        return Pages.below(Pages.ROOT.resolve("docs")).stream()
                .filter(page -> !Pages.fences(page, "sql").isEmpty())
                .toList();
    }

    @ParameterizedTest
    @MethodSource("pages")
    void every_sql_block_runs_as_its_role_on_its_server(Path page) throws SQLException {
        try (PostgresCluster cluster = PostgresCluster.builder().replicas(2).start()) {
            cluster.primary().execute("create role shop_app login in role appuser");
            cluster.awaitReplicas();
            for (String block : Pages.fences(page, "sql")) {
                run(cluster, page, block);
            }
        }
    }

    private static void run(PostgresCluster cluster, Path page, String block) throws SQLException {
        Matcher where = WHERE.matcher(block);
        boolean said = where.matches();
        assertThat(said || !page.startsWith(Pages.OPERATIONS))
                .as("a runbook's block names role and server:\n" + block)
                .isTrue();
        for (PostgresNode node : said ? servers(cluster, where.group(2)) : servers(cluster, "the primary")) {
            assertThatCode(() -> runAs(node, said ? where.group(1) : "appowner", block))
                    .as(Pages.ROOT.relativize(page) + " on " + node + ":\n" + block)
                    .doesNotThrowAnyException();
        }
    }

    private static void runAs(PostgresNode node, String role, String block) throws SQLException {
        try (Connection connection = node.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("set session authorization " + role);
            boolean rows = statement.execute(block);
            while (rows || statement.getUpdateCount() >= 0) {
                rows = statement.getMoreResults();
            }
        }
    }

    /** After a promotion the page's primary is the one that was promoted. */
    private static List<PostgresNode> servers(PostgresCluster cluster, String which) {
        List<PostgresNode> replicas =
                cluster.nodes().stream().filter(node -> !node.isPrimary()).toList();
        return switch (which) {
            case "a replica" -> replicas.subList(0, 1);
            case "every replica" -> replicas;
            case "every server" -> cluster.nodes();
            default ->
                List.of(cluster.nodes().stream()
                        .filter(PostgresNode::isPrimary)
                        .max(Comparator.comparing(DocumentedSqlIT::timeline))
                        .orElseThrow());
        };
    }

    private static String timeline(PostgresNode node) {
        try (Connection connection = node.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select pg_walfile_name(pg_current_wal_lsn())")) {
            row.next();
            return row.getString(1).substring(0, 8);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
