package dev.caravan;

import java.time.Clock;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.annotation.Bean;

/** Starts Caravan. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class Caravan {
    public static void main(String[] args) {
        try {
            SpringApplication.run(Caravan.class, args);
        } catch (Throwable e) {
            // already reported; threads of a server that did start must not keep the process alive
            System.exit(1);
        }
    }

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }
}
