package dev.penstock.applications;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.enterprise.inject.se.SeContainerInitializer;

/** Weld, which looks for beans in every archive. */
public final class CdiApplication {
    private CdiApplication() {}

    /** A bean of the application's own. */
    @ApplicationScoped
    public static class Greeting {}

    public static void main(String[] args) {
        try (SeContainer container = SeContainerInitializer.newInstance()
                .addBeanClasses(Greeting.class)
                .initialize()) {
            container.getBeanManager().getBeans(Object.class, Any.Literal.INSTANCE).stream()
                    .map(bean -> "bean " + bean.getBeanClass().getName())
                    .sorted()
                    .distinct()
                    .forEach(System.out::println);
        }
    }
}
