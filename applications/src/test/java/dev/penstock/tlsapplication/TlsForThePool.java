package dev.penstock.tlsapplication;

// begin boot
import com.zaxxer.hikari.HikariDataSource;
import dev.penstock.tls.TlsConfig;
import dev.penstock.tls.TlsContext;
import java.nio.file.Path;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class TlsForThePool {
    @Bean
    static TlsContext tls(
            @Value("${tls.ca}") Path ca, @Value("${tls.cert}") Path certificate, @Value("${tls.key}") Path key) {
        return TlsContext.open(TlsConfig.verifyFull(ca).withClientCertificate(certificate, key));
    }

    @Bean
    static BeanPostProcessor poolFollowsTls(ObjectProvider<TlsContext> tls) {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessBeforeInitialization(Object bean, String name) {
                if (bean instanceof HikariDataSource pool) {
                    tls.getObject().driverProperties().forEach(pool::addDataSourceProperty);
                }
                return bean;
            }
        };
    }
}
// end boot
