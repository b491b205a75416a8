package dev.caravan.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ColumnTypeTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "BIGINT",
                "varchar",
                " double ",
                "TIMESTAMP WITH TIME ZONE",
                "timestamp  with time zone",
                "TIMESTAMPTZ",
                "DECIMAL",
                "DECIMAL(18,3)",
                "numeric ( 38 , 38 )",
                "DECIMAL(4)",
                "VARCHAR(20)",
                "VARCHAR[]",
                "INT[3]",
                "INTEGER[][]",
                "STRUCT(a BIGINT, b VARCHAR)",
                "STRUCT(\"a b\" STRUCT(c DATE[])[], d MAP(VARCHAR, DECIMAL(9,2)))[]",
                "MAP(VARCHAR, BIGINT)",
                "JSON",
                "UUID"
            })
    void isAType(String type) {
        assertThat(ColumnType.fault(type)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "BIGIN | unknown type 'BIGIN', did you mean 'BIGINT'?",
                "'' | write a DuckDB type such as BIGINT, VARCHAR or TIMESTAMP",
                "xml | unknown type 'xml': write a DuckDB type such as BIGINT, VARCHAR or TIMESTAMP",
                "BIGINT NOT NULL | 'NOT NULL' follows a type: remove it",
                "BIGINT; DROP TABLE x | '; DROP TABLE x' follows a type: remove it",
                "VARCHAR COLLATE de | 'COLLATE de' follows a type: remove it",
                "BIGINT[] AS x | 'AS x' follows a type: remove it",
                "DECIMAL(39,2) | a DECIMAL has 1 to 38 digits, and no more of them after the point",
                "DECIMAL(4,5) | a DECIMAL has 1 to 38 digits, and no more of them after the point",
                "DECIMAL(a) | '(a)' follows a type: remove it",
                "STRUCT | write the fields of a STRUCT: STRUCT(a BIGINT, b VARCHAR)",
                "STRUCT(BIGINT) | write a name and a type for each field of a STRUCT: STRUCT(a BIGINT, b VARCHAR)",
                "STRUCT(a BIGINT | a ')' is missing after the fields of a STRUCT",
                "STRUCT(a XML) | unknown type 'XML': write a DuckDB type such as BIGINT, VARCHAR or TIMESTAMP",
                "MAP(VARCHAR) | write the types of a MAP: MAP(VARCHAR, BIGINT)",
                "MAP(VARCHAR, INT | a ')' is missing after the types of a MAP",
                "INT[0] | '[0]' follows a type: remove it"
            })
    void isNoType(String type, String fault) {
        assertThat(ColumnType.fault(type)).contains(fault);
    }

    @Test
    void nestingHasALimit() {
        assertThat(ColumnType.fault("STRUCT(a ".repeat(33) + "INT" + ")".repeat(33)))
                .contains("the type is nested deeper than 32 levels");
    }
}
