package dev.penstock.connect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.Database;
import dev.penstock.config.DatabaseConfig;
import dev.penstock.observe.TlsProof;
import dev.penstock.secret.PasswordSource;
import dev.penstock.testkit.PostgresCluster;
import dev.penstock.tls.TlsConfig;
import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.postgresql.Driver;

/** The driver in a parent class loader and Penstock in the child; the caller's thread knows neither. */
class DriverInParentLoaderIT {
    /** What the application does; public, because it is called out of another loader. */
    public static final class Application {
        private Application() {}

        public static String run(String server, String ca, String secret) throws SQLException {
            DatabaseConfig config = DatabaseConfig.builder()
                    .primary(server)
                    .database("appdb")
                    .user("appuser")
                    .password(PasswordSource.file(Path.of(secret)))
                    .tls(TlsConfig.verifyFull(Path.of(ca)))
                    .build();
            try (Database db = Database.open(config)) {
                boolean writes = db.writeReturning(connection -> !connection.isReadOnly());
                List<TlsProof> proofs = db.status().nodes().get(0).tls();
                return writes + " " + proofs.get(0).facts().orElseThrow().protocol();
            }
        }
    }

    @Test
    void a_database_connects_and_verifies() throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader usual = thread.getContextClassLoader();
        try (PostgresCluster cluster =
                        PostgresCluster.builder().replicas(0).tls(true).start();
                URLClassLoader parent =
                        new URLClassLoader(new URL[] {place(Driver.class)}, ClassLoader.getPlatformClassLoader());
                URLClassLoader child = new URLClassLoader(allButTheDriver(), parent)) {
            Class<?> application = Class.forName(Application.class.getName(), true, child);
            assertThat(application.getClassLoader()).isSameAs(child);
            assertThat(Class.forName(Driver.class.getName(), false, child).getClassLoader())
                    .isSameAs(parent);
            thread.setContextClassLoader(ClassLoader.getPlatformClassLoader());
            Object said = application
                    .getMethod("run", String.class, String.class, String.class)
                    .invoke(
                            null,
                            "localhost:" + cluster.primary().port(),
                            cluster.certificates().caFile().toString(),
                            cluster.secretFile("appuser").toString());
            assertThat(said).isEqualTo("true TLSv1.3");
        } finally {
            thread.setContextClassLoader(usual);
        }
    }

    private static URL[] allButTheDriver() throws MalformedURLException {
        List<URL> urls = new ArrayList<>();
        String paths =
                System.getProperty("java.class.path") + File.pathSeparator + System.getProperty("jdk.module.path", "");
        for (String path : paths.split(File.pathSeparator)) {
            URL url = Path.of(path).toUri().toURL();
            if (!path.isEmpty() && !url.equals(place(Driver.class))) {
                urls.add(url);
            }
        }
        urls.add(place(Application.class));
        urls.add(place(Database.class));
        return urls.toArray(URL[]::new);
    }

    private static URL place(Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation();
    }
}
