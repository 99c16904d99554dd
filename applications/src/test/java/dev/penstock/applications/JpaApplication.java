package dev.penstock.applications;

import jakarta.persistence.EntityManagerFactory;
import java.util.Arrays;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** Spring Boot with JPA. */
@SpringBootApplication
public class JpaApplication {
    /** @param args a JDBC URL, and options of Spring Boot */
    public static void main(String[] args) {
        String[] options = Arrays.copyOfRange(args, 1, args.length);
        SpringApplication application = new SpringApplication(JpaApplication.class);
        application.setDefaultProperties(Map.of(
                "spring.datasource.url", args[0],
                "server.port", "0",
                "spring.main.banner-mode", "off",
                "spring.jpa.open-in-view", "false",
                "logging.level.root", "warn"));
        try (ConfigurableApplicationContext context = application.run(options)) {
            Arrays.stream(context.getBeanDefinitionNames())
                    .sorted()
                    .forEach(name -> System.out.println("bean " + name));
            System.out.println("validates " + Validated.by(context.getBean(EntityManagerFactory.class)));
        }
    }
}
