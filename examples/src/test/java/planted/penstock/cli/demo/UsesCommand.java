package planted.penstock.cli.demo;

/** A planted fault: what a command does uses the command line. */
public final class UsesCommand {
    planted.penstock.cli.UsesPool above;
}
