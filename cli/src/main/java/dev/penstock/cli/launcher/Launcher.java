package dev.penstock.cli.launcher;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.StringWriter;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.net.URL;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Makes the {@code penstock} command from the sources of a checkout: it fetches what {@code cli/libraries.txt} lists and the local
 * Maven repository lacks, compiles, and writes the class path to {@code target/launcher/class-path}. Maven is not asked. What it
 * is doing, how much of it is done and what comes next is told on standard error all the time.
 *
 * <p>Every file is finished under another name and then renamed, so an end at any moment leaves nothing that is half. Several
 * launchers of one checkout work one after the other.
 */
public final class Launcher {
    private static final List<String> MODULES = List.of("tls", "testkit", "core", "cli");

    private static final String LIBRARIES = "cli/libraries.txt";

    private final Path root;
    private final Path home;
    private final Progress progress;
    private final Fetcher fetcher;
    private final String next;

    private Launcher(Path root, Map<String, String> environment, Progress progress, String next) {
        this.root = root;
        this.home = root.resolve("target").resolve("launcher");
        this.progress = progress;
        this.fetcher = new Fetcher(home.resolve("lib"), environment, progress);
        this.next = next;
    }

    /** @param arguments the root of the checkout, whether standard error can be drawn over, and what is run afterwards */
    public static void main(String[] arguments) {
        int status = 0;
        try (Progress progress = new Progress(System.err, Boolean.parseBoolean(arguments[1]))) {
            try {
                new Launcher(Path.of(arguments[0]), System.getenv(), progress, arguments[2]).run();
            } catch (IOException e) {
                progress.end("penstock: " + reason(e));
                status = 1;
            }
        }
        System.exit(status);
    }

    private static String reason(IOException e) {
        return e.getClass() == IOException.class ? String.valueOf(e.getMessage()) : e.toString();
    }

    private void run() throws IOException {
        long begun = System.currentTimeMillis();
        try (FileChannel channel = lockFile();
                FileLock lock = lock(channel)) {
            Path classPath = home.resolve("class-path");
            if (lock.isValid() && !isFresh(classPath)) {
                build(classPath, FileTime.fromMillis(begun));
                progress.end(String.format(
                        Locale.ROOT,
                        "penstock: built in %d s, %.1f MB fetched",
                        (System.currentTimeMillis() - begun) / 1000,
                        fetcher.fetched / 1e6));
            }
        }
    }

    private FileChannel lockFile() throws IOException {
        try {
            Files.createDirectories(home.resolve("lib"));
            return FileChannel.open(home.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new IOException("cannot write to " + home + ", and there is something to build: " + e, e);
        }
    }

    /** The system takes the lock back however a process ends. */
    private FileLock lock(FileChannel channel) throws IOException {
        FileLock lock = channel.tryLock();
        if (lock == null) {
            progress.begin(() -> "waiting for another ./penstock that builds in this checkout; then " + next);
        }
        while (lock == null) {
            pause(Duration.ofMillis(200));
            lock = channel.tryLock();
        }
        return lock;
    }

    private static void pause(Duration length) throws InterruptedIOException {
        try {
            new CountDownLatch(1).await(length.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        }
    }

    /** Another launcher may have built while this one waited. */
    private boolean isFresh(Path classPath) throws IOException {
        if (!Files.exists(classPath)) {
            return false;
        }
        FileTime built = Files.getLastModifiedTime(classPath);
        List<Path> sources = new ArrayList<>(List.of(root.resolve("pom.xml"), root.resolve(LIBRARIES)));
        for (String module : MODULES) {
            sources.addAll(files(root.resolve(module).resolve("src/main"), ""));
        }
        for (Path source : sources) {
            if (Files.getLastModifiedTime(source).compareTo(built) > 0) {
                return false;
            }
        }
        for (String entry : Files.readString(classPath).strip().split(":", -1)) {
            if (!Files.exists(Path.of(entry))) {
                return false;
            }
        }
        return true;
    }

    /** @param begun a source that changes from then on is newer than what is built */
    private void build(Path classPath, FileTime begun) throws IOException {
        String platform = Library.platform();
        List<Library> libraries = Library.read(root.resolve(LIBRARIES)).stream()
                .filter(library -> List.of("run", "compile", platform).contains(library.use()))
                .toList();
        Map<Library, Path> places = fetcher.fetchAll(libraries, next);
        Path jar = compile(places.values());
        String entries = Stream.concat(
                        Stream.of(jar),
                        libraries.stream()
                                .filter(library -> !library.use().equals("compile"))
                                .map(places::get))
                .map(Path::toString)
                .collect(Collectors.joining(":"));
        Path draft = home.resolve("class-path.new");
        Files.writeString(draft, entries + "\n");
        Files.setLastModifiedTime(draft, begun);
        move(draft, classPath);
    }

    private Path compile(Iterable<Path> libraries) throws IOException {
        Path draft = home.resolve("classes.new");
        delete(draft);
        Files.createDirectories(draft);
        List<Path> sources = new ArrayList<>();
        for (String module : MODULES) {
            sources.addAll(files(root.resolve(module).resolve("src/main/java"), ".java"));
            copyResources(root.resolve(module).resolve("src/main/resources"), draft);
        }
        sources.removeIf(source -> source.endsWith("module-info.java"));
        progress.begin(
                () -> "compiling " + sources.size() + " source files, " + progress.seconds() + " s; then " + next);
        javac(sources, libraries, draft);
        // A command that runs for hours keeps the jar that it has open, whatever is built meanwhile.
        Path jar = home.resolve("penstock.jar");
        pack(draft, home.resolve("penstock.jar.new"));
        move(home.resolve("penstock.jar.new"), jar);
        delete(draft);
        return jar;
    }

    private static void javac(List<Path> sources, Iterable<Path> libraries, Path target) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        List<String> options =
                new ArrayList<>(List.of("--release", "17", "-encoding", "UTF-8", "-d", target.toString()));
        options.addAll(List.of("-nowarn", "-Xlint:none", "-proc:none", "-parameters", "-XDstringConcat=inline"));
        List<String> classPath = new ArrayList<>();
        libraries.forEach(library -> classPath.add(library.toString()));
        options.addAll(List.of("-cp", String.join(":", classPath)));
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            boolean compiled = compiler.getTask(
                            messages, files, null, options, null, files.getJavaFileObjectsFromPaths(sources))
                    .call();
            if (!compiled) {
                throw new IOException("the sources of this checkout do not compile:\n" + messages);
            }
        }
    }

    private void copyResources(Path from, Path to) throws IOException {
        String version = version();
        for (Path file : files(from, "")) {
            Path copy = to.resolve(from.relativize(file).toString());
            Files.createDirectories(copy.resolveSibling(""));
            if (file.toString().endsWith(".properties")) {
                Files.writeString(copy, Files.readString(file).replace("${project.version}", version));
            } else {
                Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private String version() throws IOException {
        Matcher version =
                Pattern.compile("<revision>([^<]+)</revision>").matcher(Files.readString(root.resolve("pom.xml")));
        return version.find() ? version.group(1) : "unknown";
    }

    private static void pack(Path directory, Path jar) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
            zip.setLevel(1);
            for (Path file : files(directory, "")) {
                zip.putNextEntry(new ZipEntry(directory.relativize(file).toString()));
                Files.copy(file, zip);
                zip.closeEntry();
            }
        }
    }

    private static List<Path> files(Path directory, String suffix) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> file.toString().endsWith(suffix))
                    .sorted()
                    .toList();
        }
    }

    private static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    private static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /**
     * A line of {@code cli/libraries.txt}.
     *
     * @param use {@code run}, {@code compile}, or the platform whose server it is
     * @param path its place in a Maven repository
     */
    record Library(String use, long bytes, String sha256, String path) {
        static List<Library> read(Path list) throws IOException {
            List<Library> libraries = new ArrayList<>();
            for (String line : Files.readAllLines(list)) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    List<String> parts = List.of(line.split(" ", -1));
                    libraries.add(new Library(parts.get(0), Long.parseLong(parts.get(1)), parts.get(2), parts.get(3)));
                }
            }
            return libraries;
        }

        static String platform() {
            boolean mac = System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("mac");
            boolean arm = List.of("aarch64", "arm64").contains(System.getProperty("os.arch"));
            return (mac ? "macos-" : "linux-") + (arm ? "arm64" : "x86_64");
        }

        String name() {
            return path.substring(path.lastIndexOf('/') + 1);
        }

        boolean isAt(Path file) throws IOException {
            if (!Files.isRegularFile(file) || Files.size(file) != bytes) {
                return false;
            }
            try (InputStream in = Files.newInputStream(file)) {
                MessageDigest digest = MessageDigest.getInstance("SHA-256");
                byte[] buffer = new byte[1 << 16];
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    digest.update(buffer, 0, n);
                }
                return HexFormat.of().formatHex(digest.digest()).equals(sha256);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java platform has SHA-256", e);
            }
        }
    }

    /** Brings libraries into a directory. What an earlier attempt has of a file is kept, and the rest asked for. */
    static final class Fetcher {
        private static final int ATTEMPTS = 4;
        private static final int CONNECT_MILLIS = 15_000;
        private static final int SILENCE_MILLIS = 30_000;
        private static final Duration BETWEEN_ATTEMPTS = Duration.ofSeconds(2);

        private final Path directory;
        private final Path localRepository;
        private final String remote;
        private final Optional<Proxy> proxy;
        private final Progress progress;
        private long fetched;
        private volatile long lastByte;

        Fetcher(Path directory, Map<String, String> environment, Progress progress) {
            this.directory = directory;
            this.progress = progress;
            String home = environment.getOrDefault("MAVEN_USER_HOME", System.getProperty("user.home") + "/.m2");
            Matcher moved = Pattern.compile("-Dmaven\\.repo\\.local=(\\S+)")
                    .matcher(environment.getOrDefault("MAVEN_OPTS", ""));
            this.localRepository = Path.of(moved.find() ? moved.group(1) : home + "/repository");
            this.remote = environment
                    .getOrDefault("MVNW_REPOURL", "https://repo.maven.apache.org/maven2")
                    .replaceAll("/+$", "");
            this.proxy = proxy(environment, remote);
        }

        private static Optional<Proxy> proxy(Map<String, String> environment, String remote) {
            String scheme = remote.startsWith("https:") ? "https_proxy" : "http_proxy";
            return Stream.of(scheme, scheme.toUpperCase(Locale.ROOT))
                    .map(environment::get)
                    .filter(value -> value != null && !value.isBlank())
                    .findFirst()
                    .map(value -> URI.create(value.contains("://") ? value : "http://" + value))
                    .filter(uri -> uri.getHost() != null)
                    .map(uri -> new Proxy(
                            Proxy.Type.HTTP,
                            new InetSocketAddress(uri.getHost(), uri.getPort() < 0 ? 80 : uri.getPort())));
        }

        Map<Library, Path> fetchAll(List<Library> libraries, String next) throws IOException {
            Map<Library, Path> places = new LinkedHashMap<>();
            List<Library> missing = new ArrayList<>();
            progress.begin(() -> "looking for " + libraries.size() + " libraries in " + localRepository);
            for (Library library : libraries) {
                Optional<Path> here = find(library);
                here.ifPresentOrElse(place -> places.put(library, place), () -> missing.add(library));
            }
            long total = missing.stream().mapToLong(Library::bytes).sum();
            long done = 0;
            for (Library library : missing) {
                long before = done;
                Path part = directory.resolve(library.name() + ".part");
                lastByte = System.nanoTime();
                Path place = directory.resolve(library.name());
                progress.go(() -> line(before + size(part) + size(place), total) + "; then compiling, then " + next);
                places.put(library, fetch(library, part));
                done += library.bytes();
            }
            return places;
        }

        private Optional<Path> find(Library library) throws IOException {
            for (Path place : List.of(localRepository.resolve(library.path()), directory.resolve(library.name()))) {
                if (library.isAt(place)) {
                    return Optional.of(place);
                }
            }
            return Optional.empty();
        }

        private String line(long done, long total) {
            long silent = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - lastByte);
            return String.format(
                    Locale.ROOT,
                    "fetching %.1f of %.1f MB%s",
                    done / 1e6,
                    total / 1e6,
                    silent < 3 ? "" : ", no answer for " + silent + " s");
        }

        private static long size(Path file) {
            try {
                return Files.size(file);
            } catch (IOException notYet) {
                return 0;
            }
        }

        private Path fetch(Library library, Path part) throws IOException {
            int attempts = ATTEMPTS;
            while (true) {
                long before = size(part);
                try {
                    receive(library, part);
                    break;
                } catch (IOException e) {
                    // An attempt that brought something is not counted: a slow line may break often.
                    attempts = size(part) > before ? ATTEMPTS : attempts - 1;
                    if (attempts == 0 || e instanceof FileNotFoundException) {
                        throw unreachable(library, e);
                    }
                    pause(BETWEEN_ATTEMPTS);
                }
            }
            if (!library.isAt(part)) {
                Files.delete(part);
                throw new IOException(remote + "/" + library.path()
                        + " is not the file that cli/libraries.txt names (SHA-256); nothing of it was kept");
            }
            Path place = directory.resolve(library.name());
            move(part, place);
            return place;
        }

        private IOException unreachable(Library library, IOException e) {
            return new IOException(
                    "cannot fetch " + remote + "/" + library.path() + ": " + e + "\n"
                            + "  What was fetched so far is kept: try again when the network is there.\n"
                            + "  For a mirror of Maven Central set MVNW_REPOURL, for a proxy https_proxy. What is in "
                            + localRepository
                            + "\n  is taken from there: ./mvnw install -DskipTests fills it as your settings.xml says.",
                    e);
        }

        private void receive(Library library, Path part) throws IOException {
            long have = size(part);
            if (have == library.bytes()) {
                return;
            }
            URL url = URI.create(remote + "/" + library.path()).toURL();
            HttpURLConnection connection =
                    (HttpURLConnection) (proxy.isPresent() ? url.openConnection(proxy.get()) : url.openConnection());
            connection.setConnectTimeout(CONNECT_MILLIS);
            connection.setReadTimeout(SILENCE_MILLIS);
            connection.setRequestProperty("User-Agent", "penstock-launcher");
            if (have > 0 && have < library.bytes()) {
                connection.setRequestProperty("Range", "bytes=" + have + "-");
            }
            try (InputStream in = connection.getInputStream();
                    OutputStream out = Files.newOutputStream(
                            part,
                            StandardOpenOption.CREATE,
                            connection.getResponseCode() == HttpURLConnection.HTTP_PARTIAL
                                    ? StandardOpenOption.APPEND
                                    : StandardOpenOption.TRUNCATE_EXISTING,
                            StandardOpenOption.WRITE)) {
                copy(in, out);
            }
            if (size(part) < library.bytes()) {
                throw new IOException("the connection ended early");
            }
        }

        private void copy(InputStream in, OutputStream out) throws IOException {
            byte[] buffer = new byte[1 << 14];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                out.write(buffer, 0, n);
                fetched += n;
                lastByte = System.nanoTime();
            }
        }
    }

    /** What is being done, as a line that is drawn over, or as a line every five seconds. */
    static final class Progress implements AutoCloseable {
        private static final Duration REDRAW = Duration.ofMillis(200);
        private static final Duration LINES = Duration.ofSeconds(5);
        private static final String ERASE = "\r\u001b[2K";
        /** What every terminal has; a line that wraps could not be drawn over. */
        private static final int WIDTH = 79;

        private final PrintStream out;
        private final boolean redraws;
        private final ScheduledExecutorService ticker;
        private volatile Supplier<String> text = () -> "";
        private long begun = System.nanoTime();
        private boolean drawn;
        private long lastLine = System.nanoTime() - LINES.toNanos();

        Progress(PrintStream out, boolean redraws) {
            this.out = out;
            this.redraws = redraws;
            this.ticker = Executors.newSingleThreadScheduledExecutor(work -> {
                Thread thread = new Thread(work, "penstock-progress");
                thread.setDaemon(true);
                return thread;
            });
            long interval = REDRAW.toMillis();
            ticker.scheduleAtFixedRate(this::show, interval, interval, TimeUnit.MILLISECONDS);
        }

        /** Another kind of work begins; it has a line of its own at once. */
        synchronized void begin(Supplier<String> now) {
            begun = System.nanoTime();
            lastLine = begun - LINES.toNanos();
            text = now;
        }

        /** The work goes on with something else. */
        void go(Supplier<String> now) {
            text = now;
        }

        synchronized long seconds() {
            return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun);
        }

        private synchronized void show() {
            String now = text.get();
            long at = System.nanoTime();
            if (now.isEmpty()) {
                return;
            }
            if (redraws) {
                String line = "penstock: " + now;
                out.print(ERASE + line.substring(0, Math.min(line.length(), WIDTH)));
                out.flush();
                drawn = true;
            } else if (at - lastLine >= LINES.toNanos()) {
                out.println("penstock: " + now);
                lastLine = at;
            }
        }

        /** The last line, which stays. */
        synchronized void end(String line) {
            text = () -> "";
            out.println((drawn ? ERASE : "") + line);
            drawn = false;
        }

        @Override
        public void close() {
            ticker.shutdownNow();
        }
    }
}
