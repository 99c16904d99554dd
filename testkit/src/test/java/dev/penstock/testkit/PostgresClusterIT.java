package dev.penstock.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PostgresClusterIT {
    @Test
    void a_write_on_the_primary_reaches_every_replica() throws Exception {
        for (int i = 0; i < 4; i++) {
            long t0 = System.nanoTime();
            PostgresCluster c = PostgresCluster.builder().replicas(2).tls(true).start();
            long t1 = System.nanoTime();
            c.primary().execute("create table t (id int); insert into t values (1)");
            c.awaitReplicas();
            assertThat(c.replicas())
                    .allSatisfy(r ->
                            assertThat(r.execute("select count(*) from t")).containsExactly(java.util.List.of("1")));
            long t2 = System.nanoTime();
            c.close();
            System.out.println("start " + (t1 - t0) / 1000000 + " use " + (t2 - t1) / 1000000 + " close "
                    + (System.nanoTime() - t2) / 1000000);
        }
    }
}
