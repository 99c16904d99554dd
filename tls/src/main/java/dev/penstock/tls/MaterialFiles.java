package dev.penstock.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The files a {@link TlsConfig} names, and a stamp by which a swap in the middle of reading them is noticed. */
record MaterialFiles(List<Path> paths) {
    static MaterialFiles of(TlsConfig config) {
        List<Path> paths = new ArrayList<>();
        add(paths, config.ca());
        add(paths, config.crl());
        ClientCertificate client = config.clientCertificate();
        if (client != null) {
            add(paths, client.certificate());
            add(paths, client.key());
            if (client.keyPassword() != null) {
                paths.addAll(client.keyPassword().files());
            }
        }
        return new MaterialFiles(paths.stream().distinct().toList());
    }

    private static void add(List<Path> paths, @Nullable TlsSource source) {
        if (source instanceof TlsSource.File file) {
            paths.add(file.path());
        }
    }

    /** Where each path leads, its size and time: equal before and after reading means that all came from one rotation. */
    List<String> stamp() {
        return paths.stream().map(MaterialFiles::stamp).toList();
    }

    private static String stamp(Path path) {
        try {
            Path real = path.toRealPath();
            return real + " " + Files.size(real) + " " + Files.getLastModifiedTime(real);
        } catch (IOException absent) {
            return absent.getClass().getSimpleName();
        }
    }
}
