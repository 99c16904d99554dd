package dev.penstock.cli;

import dev.penstock.testkit.PostgresClusterException;
import dev.penstock.violation.InvalidConfigException;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** The {@code penstock} command. Exit status: 0 done, 1 failed, 2 called wrongly, 130 interrupted. */
public final class Main {
    private static final String LOG_VARIABLE = "PENSTOCK_LOG";
    private static final int FAILED = 1;
    private static final int CALLED_WRONGLY = 2;
    private static final int INTERRUPTED = 130;

    private final List<Command> commands;
    private final Terminal terminal;

    Main(List<Command> commands, Terminal terminal) {
        this.commands = commands;
        this.terminal = terminal;
    }

    public static void main(String[] arguments) {
        configureLogging();
        int status;
        try (Interruption interruption = Interruption.watch()) {
            status = new Main(commands(), Terminal.ofProcess()).run(List.of(arguments), interruption);
        }
        System.exit(status);
    }

    /** The log is read once, by the first class that has a logger; simplelogger.properties has its other settings. */
    private static void configureLogging() {
        System.setProperty("org.jboss.logging.provider", "slf4j");
        String level = System.getenv(LOG_VARIABLE);
        if (level != null && !level.isEmpty()) {
            System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", level);
        }
    }

    /** Every command there is, in the order of the list that {@code help} prints. */
    static List<Command> commands() {
        return List.of(
                new DemoCommand(), new DevCommand(), new ResolveCommand(), new PlanCommand(), new TlsCheckCommand());
    }

    int run(List<String> arguments, Interruption interruption) {
        String word = arguments.isEmpty() ? "help" : arguments.get(0);
        if (List.of("help", "--help", "-h").contains(word)) {
            terminal.out().print(help());
            return 0;
        }
        Optional<Command> command =
                commands.stream().filter(c -> c.name().equals(word)).findFirst();
        if (command.isEmpty()) {
            terminal.err()
                    .println("penstock: unknown command" + Options.shown(word) + "; penstock help lists the commands");
            return CALLED_WRONGLY;
        }
        return run(command.get(), arguments.subList(1, arguments.size()), interruption);
    }

    private int run(Command command, List<String> arguments, Interruption interruption) {
        if (arguments.contains("--help") || arguments.contains("-h")) {
            terminal.out().print(command.help());
            return 0;
        }
        try {
            return command.run(arguments, terminal);
        } catch (UsageException e) {
            return say(command, e, CALLED_WRONGLY);
        } catch (InterruptedException e) {
            return INTERRUPTED;
        } catch (SQLException | InvalidConfigException | PostgresClusterException e) {
            return interruption.happened() ? INTERRUPTED : say(command, e, FAILED);
        } catch (RuntimeException e) {
            // What fails while everything is being taken down says nothing.
            if (interruption.happened()) {
                return INTERRUPTED;
            }
            throw e;
        }
    }

    private int say(Command command, Exception failure, int status) {
        terminal.err().println("penstock " + command.name() + ": " + failure.getMessage());
        for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            terminal.err().println("  caused by " + cause);
        }
        return status;
    }

    private String help() {
        StringBuilder text = new StringBuilder("Usage: penstock <command> [options]\n\n");
        commands.forEach(c -> text.append(String.format("  %-9s %s%n", c.name(), c.summary())));
        return text.append("  help      this text\n\npenstock <command> --help shows its options.\n")
                .toString();
    }
}
