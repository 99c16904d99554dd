package dev.penstock.architecture;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The walls of the project, for any base package, so that the same rules can be held against the real classes and against
 * planted faults.
 */
final class Rules {
    /** Which packages may use which others: the table of the architecture page. With {@code ..} those below are meant as well. */
    private static final Map<String, List<String>> FLOW = flow();

    /** The one home of each library. */
    private static final List<String> HOMES = List.of(".pool", ".config", ".metrics", ".connect");

    private static final List<String> EXPORTED =
            List.of("", ".config", ".observe", ".sizing", ".secret", ".violation", ".tls");
    private static final String JUNK_NAME = ".*(Util|Utils|Helper|Helpers|Manager|Impl|Base|Common|Misc)$";

    private final String base;

    Rules(String base) {
        this.base = base;
    }

    private static Map<String, List<String>> flow() {
        Map<String, List<String>> flow = new LinkedHashMap<>();
        flow.put(".secret", List.of());
        flow.put(".sizing", List.of());
        flow.put(".testkit", List.of());
        flow.put(".testkit.history", List.of(".testkit"));
        flow.put(".violation", List.of(".secret"));
        flow.put(".tls", List.of(".secret", ".violation"));
        flow.put(".config", List.of(".secret", ".violation", ".tls", ".sizing"));
        flow.put(".observe", List.of(".config", ".tls", ".sizing"));
        flow.put(".connect", List.of(".config", ".secret", ".violation", ".tls", ".observe"));
        flow.put(".pool", List.of(".connect", ".config", ".sizing", ".secret", ".violation", ".tls", ".observe"));
        flow.put(".binding", List.of(".connect", ".config", ".violation", ".tls", ".observe"));
        flow.put(".topology", List.of(".connect", ".config", ".secret", ".violation", ".tls", ".observe"));
        flow.put(
                ".routing",
                List.of(
                        ".pool",
                        ".topology",
                        ".connect",
                        ".config",
                        ".sizing",
                        ".secret",
                        ".violation",
                        ".tls",
                        ".observe"));
        flow.put(
                "", List.of(".routing", ".binding", ".config", ".observe", ".sizing", ".secret", ".violation", ".tls"));
        flow.put(".metrics", List.of("", ".observe"));
        flow.put(
                ".cli..",
                List.of("", ".config", ".observe", ".sizing", ".secret", ".violation", ".tls", ".metrics", ".testkit"));
        flow.put(".cli.launcher", List.of());
        flow.put(".examples..", List.of("", ".config", ".observe", ".sizing", ".secret", ".violation", ".tls"));
        return flow;
    }

    /** Every rule by its name, in the order of the architecture page. */
    Map<String, ArchRule> all() {
        Map<String, ArchRule> rules = new LinkedHashMap<>();
        FLOW.forEach(
                (from, to) -> rules.put("data_flows_one_way from " + (from.isEmpty() ? "." : from), oneWay(from, to)));
        rules.put("no_cycles", slices().matching(base + ".(*)..").should().beFreeOfCycles());
        rules.put("a_command_knows_its_work_and_not_the_work_it", commandsKnowTheirWork());
        rules.put("hikari_stays_in_pool", only(".pool", "com.zaxxer.."));
        rules.put("validation_stays_in_config", only(".config", "jakarta.validation..", "org.hibernate.validator.."));
        rules.put("micrometer_stays_in_metrics", only(".metrics", "io.micrometer.."));
        rules.put("the_driver_stays_in_connect", only(".connect", "org.postgresql.."));
        rules.put("no_junk_names", noClasses().should().haveNameMatching(JUNK_NAME));
        rules.put(
                "no_junk_packages",
                noClasses()
                        .should()
                        .resideInAnyPackage(
                                "..util..",
                                "..utils..",
                                "..impl..",
                                "..internal..",
                                "..common..",
                                "..helper..",
                                "..misc.."));
        rules.put("public_classes_are_closed", publicClassesAreClosed());
        rules.put("exported_signatures_name_only_exported_types", exportedSignatures());
        rules.put("nothing_sleeps", noClasses().should().callMethodWhere(sleeps()));
        return rules;
    }

    /** Every package that a rule names, so that none is held against nothing. */
    Set<String> named() {
        return Stream.of(
                        FLOW.keySet().stream(),
                        FLOW.values().stream().flatMap(List::stream),
                        EXPORTED.stream(),
                        HOMES.stream())
                .flatMap(names -> names)
                .map(name -> base + name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Whether one of the rows says what a package may use. */
    boolean hasRow(String packageName) {
        return FLOW.keySet().stream()
                .anyMatch(row -> row.endsWith("..")
                        ? (packageName + ".").startsWith(base + row.substring(0, row.length() - 1))
                        : packageName.equals(base + row));
    }

    private ArchRule commandsKnowTheirWork() {
        return noClasses()
                .that()
                .resideInAPackage(base + ".cli.*..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(base + ".cli");
    }

    private ArchRule oneWay(String from, List<String> to) {
        String[] allowed = to.stream().map(p -> base + p).toArray(String[]::new);
        DescribedPredicate<JavaClass> elsewhere = resideInAPackage(base + "..")
                .and(DescribedPredicate.not(resideInAPackage(base + from)))
                .and(DescribedPredicate.not(resideInAnyPackage(allowed)))
                .as("classes of " + base + " outside of " + to);
        return noClasses().that().resideInAPackage(base + from).should().dependOnClassesThat(elsewhere);
    }

    /** The examples are applications, which have the driver beside us. */
    private ArchRule only(String home, String... libraries) {
        return noClasses()
                .that()
                .resideInAPackage(base + "..")
                .and()
                .resideOutsideOfPackages(base + home, base + ".testkit", base + ".examples..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(libraries);
    }

    private ArchRule publicClassesAreClosed() {
        return classes()
                .that()
                .arePublic()
                .and()
                .areTopLevelClasses()
                .and()
                .areNotInterfaces()
                .and()
                .areNotEnums()
                .should()
                .haveModifier(JavaModifier.FINAL);
    }

    private ArchRule exportedSignatures() {
        Set<String> exported = Set.copyOf(EXPORTED.stream().map(p -> base + p).toList());
        return classes()
                .that()
                .arePublic()
                .and(DescribedPredicate.describe("are exported", c -> exported.contains(c.getPackageName())))
                .should(new ArchCondition<JavaClass>("name only exported types and the JDK's in public signatures") {
                    @Override
                    public void check(JavaClass owner, ConditionEvents events) {
                        owner.getCodeUnits().stream()
                                .filter(unit -> unit.getModifiers().contains(JavaModifier.PUBLIC))
                                .forEach(unit -> hidden(unit, exported)
                                        .forEach(type -> events.add(SimpleConditionEvent.violated(
                                                unit, unit.getFullName() + " names " + type.getName()))));
                    }
                });
    }

    private static Stream<JavaClass> hidden(JavaCodeUnit unit, Set<String> exported) {
        return Stream.concat(Stream.of(unit.getReturnType()), unit.getParameterTypes().stream())
                .flatMap(type -> type.getAllInvolvedRawTypes().stream())
                .map(JavaClass::getBaseComponentType)
                .filter(type -> !type.isPrimitive())
                .filter(type -> !type.getPackageName().startsWith("java."))
                .filter(type -> !type.getPackageName().startsWith("javax."))
                .filter(type -> !exported.contains(type.getPackageName()));
    }

    private static DescribedPredicate<com.tngtech.archunit.core.domain.JavaMethodCall> sleeps() {
        return DescribedPredicate.describe(
                "sleeps",
                call -> call.getTarget().getName().equals("sleep")
                        && call.getTargetOwner().getName().equals(Thread.class.getName()));
    }
}
