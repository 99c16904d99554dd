package dev.penstock.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.penstock.Database;
import dev.penstock.Served;
import dev.penstock.Session;
import dev.penstock.TestConfigs;
import dev.penstock.config.ReadOptions;
import dev.penstock.config.SessionToken;
import dev.penstock.observe.DatabaseListener;
import dev.penstock.observe.NodeState;
import dev.penstock.observe.RouteReason;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.testkit.PostgresNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * docs/operations/major-upgrade.md with a real {@code pg_upgrade}, from one version to the same one, which makes a cluster with another
 * system identifier as any upgrade does. Part of the build with {@code -Ppg_upgrade}.
 */
@Tag("pg_upgrade")
class MajorUpgradeIT {
    private static final Duration SOON = Duration.ofSeconds(30);

    private final List<String> told = new CopyOnWriteArrayList<>();

    @Test
    void a_primary_that_pg_upgrade_made_anew_is_served_after_it_is_adopted_and_its_replica_after_a_fresh_copy()
            throws Exception {
        Upgrade upgrade = Upgrade.find();
        try (PostgresCluster cluster = PostgresCluster.builder()
                .binaries(upgrade.bin())
                .replicas(1)
                .tls(true)
                .start()) {
            cluster.primary().execute("create table app.row (n int)");
            cluster.primary().execute("grant all on app.row to appuser");
            cluster.awaitReplicas();
            try (Database db = Database.open(
                    TestConfigs.of(cluster).pool(4, 2, Duration.ofSeconds(2)).build())) {
                db.addListener(listener());
                Session session = db.session();
                session.write(MajorUpgradeIT::insert);
                SessionToken token = session.token().orElseThrow();
                cluster.node(1).awaitReplay();
                cluster.node(0).stop();
                upgrade.run(cluster.directory().resolve("node-1"));
                cluster.node(0).start();
                asTheFormerCluster(db, cluster);
                db.adopt(systemOf(cluster.node(0)));
                asTheNewCluster(db, cluster, token);
                cluster.node(1).rejoin();
                await().atMost(SOON)
                        .until(() -> db.read(Served::by)
                                .equals(new Served(cluster.node(1).port(), true)));
                long seen = session.read(c -> Served.count(c, "app.row"));
                assertThat(seen).isEqualTo(2);
            }
        }
    }

    private DatabaseListener listener() {
        return new DatabaseListener() {
            @Override
            public void historyLost(String node, int timeline, int lostTimeline) {
                told.add("historyLost");
            }
        };
    }

    private static void insert(Connection c) throws SQLException {
        Served.run(c, "insert into app.row values (1)");
    }

    private static String systemOf(PostgresNode node) throws SQLException {
        return node.execute("select system_identifier from pg_control_system()")
                .get(0)
                .get(0);
    }

    /** The replica is still one of the former cluster: it is read, and nothing is written. */
    private static void asTheFormerCluster(Database db, PostgresCluster cluster) throws SQLException {
        await().atMost(SOON).until(() -> db.status().nodes().get(0).state() == NodeState.FENCED);
        SQLException refused = catchThrowableOfType(SQLException.class, () -> db.write(MajorUpgradeIT::insert));
        assertThat(refused.getMessage()).contains("Database.adopt(\"" + systemOf(cluster.node(0)) + "\")");
        assertThat(db.read(Served::by)).isEqualTo(new Served(cluster.node(1).port(), true));
    }

    /** What was written before is there, and the replica that was not upgraded is kept away from. */
    private void asTheNewCluster(Database db, PostgresCluster cluster, SessionToken token) throws SQLException {
        long adopted = System.nanoTime();
        db.write(MajorUpgradeIT::insert);
        System.out.printf(
                "written to the new cluster %.3f s after it was adopted%n", (System.nanoTime() - adopted) / 1e9);
        await().atMost(SOON).until(() -> db.status().nodes().get(1).state() == NodeState.FENCED);
        assertThat(db.read(Served::by)).isEqualTo(new Served(cluster.node(0).port(), false));
        long seen = db.read(c -> Served.count(c, "app.row"));
        assertThat(seen).isEqualTo(2);
        assertThat(db.explain(ReadOptions.defaults().after(token)).reason()).isEqualTo(RouteReason.TOKEN_UNPROVEN);
        assertThat(told).isEmpty();
    }

    /** @param bin where the programs of one version are */
    private record Upgrade(Path bin) {
        private static final Path DEBIAN = Path.of("/usr/lib/postgresql/15/bin");

        /** @throws IllegalStateException with what to install: a profile that was asked for is not skipped */
        static Upgrade find() {
            if (!Files.isExecutable(DEBIAN.resolve("pg_upgrade"))) {
                throw new IllegalStateException("Not found: " + DEBIAN
                        + "/pg_upgrade. On Debian 12: apt-get install --no-install-recommends postgresql-15");
            }
            return new Upgrade(DEBIAN);
        }

        /** Puts a new cluster with everything of the former one into the place of its data directory. */
        void run(Path node) throws IOException, InterruptedException {
            Path former = node.resolve("data");
            int owner = (Integer) Files.getAttribute(former, "unix:uid");
            as(owner, node, "sh", "-ec", script(), "upgrade", bin.toString(), former.toString());
            Files.move(former, node.resolve("data-former"));
            Files.move(node.resolve("data-former/next"), former);
        }

        /**
         * Both servers are started by pg_upgrade for itself alone, on a socket that nobody else may enter, so that a password is not needed.
         * The new cluster is made within the former directory because the server's user may write there.
         */
        private static String script() {
            return """
                    bin=$1
                    cd "$2"
                    mkdir -m 700 next
                    socket=$(mktemp -d)
                    trap 'rm -rf "$socket"' EXIT
                    cp -p pg_hba.conf pg_hba.former
                    echo 'local all all trust' > pg_hba.conf
                    "$bin/initdb" -D next --username=postgres --auth=trust --encoding=UTF8 --locale=C --no-sync
                    cd "$socket"
                    "$bin/pg_upgrade" -b "$bin" -B "$bin" -d "$2" -D "$2/next" -U postgres -s "$socket"
                    cd "$2"
                    rm next/pg_hba.conf
                    cp -p postgresql.conf penstock.* *.crt *.key *.pem next/ 2>/dev/null || :
                    cp -p pg_hba.former next/pg_hba.conf
                    """;
        }

        private static void as(int owner, Path directory, String... command) throws IOException, InterruptedException {
            List<String> all = new ArrayList<>();
            if ("root".equals(System.getProperty("user.name"))) {
                all.addAll(List.of("setpriv", "--reuid=" + owner, "--regid=" + owner, "--clear-groups", "--"));
            }
            all.addAll(List.of(command));
            ProcessBuilder builder = new ProcessBuilder(all).redirectErrorStream(true);
            builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
            builder.environment().put("LC_ALL", "C");
            Process process = builder.directory(directory.toFile()).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(said).isZero();
        }
    }
}
