package dev.penstock.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.penstock.testkit.PostgresCluster;
import dev.penstock.tls.example.PlainJdbc;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.postgresql.Driver;

/** The driver in a parent class loader, as application servers keep it, and this module beside the application in the child. */
class ParentLoaderIT {
    @Test
    void a_driver_of_the_parent_finds_us_through_the_thread_that_connects() throws Exception {
        try (PostgresCluster cluster =
                        PostgresCluster.builder().replicas(0).tls(true).start();
                URLClassLoader parent =
                        new URLClassLoader(new URL[] {place(Driver.class)}, ClassLoader.getPlatformClassLoader());
                URLClassLoader child =
                        new URLClassLoader(new URL[] {place(TlsContext.class), place(PlainJdbc.class)}, parent)) {
            // The driver registers itself when it is first used, as any driver of a server does.
            Class<?> driver = Class.forName(Driver.class.getName(), true, parent);
            Class<?> program = Class.forName(PlainJdbc.class.getName(), true, child);
            assertThat(driver).isNotSameAs(Driver.class);
            assertThat(driver.getClassLoader()).isSameAs(parent);

            assertThat(run(program, child, cluster)).isEqualTo("TLSv1.3 with CN=localhost");
        }
    }

    private static String run(Class<?> program, ClassLoader loader, PostgresCluster cluster) throws Exception {
        String[] arguments = {
            "localhost",
            String.valueOf(cluster.primary().port()),
            cluster.certificates().caFile().toString(),
            cluster.secretFile("appuser").toString()
        };
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream before = System.out;
        Thread thread = Thread.currentThread();
        ClassLoader usual = thread.getContextClassLoader();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        thread.setContextClassLoader(loader);
        try {
            program.getMethod("main", String[].class).invoke(null, (Object) arguments);
        } finally {
            thread.setContextClassLoader(usual);
            System.setOut(before);
        }
        return printed.toString(StandardCharsets.UTF_8).strip();
    }

    private static URL place(Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation();
    }
}
