-- Names of 63 bytes: what PostgreSQL cuts short by its own rule is still a usual name, and is not written.
CREATE TABLE a_table_with_a_name_that_is_as_long_as_a_name_may_be_in_postgre (
    a_column_with_a_name_that_is_as_long_as_a_name_may_be_in_postgr serial PRIMARY KEY,
    another_column_with_a_long_name_that_comes_near_the_end_of_names integer UNIQUE
        REFERENCES a_table_with_a_name_that_is_as_long_as_a_name_may_be_in_postgre
        CHECK (another_column_with_a_long_name_that_comes_near_the_end_of_names > 0),
    größenänderungsgründe_und_übergrößen_für_überlänge text UNIQUE
);
CREATE INDEX ON a_table_with_a_name_that_is_as_long_as_a_name_may_be_in_postgre
    (another_column_with_a_long_name_that_comes_near_the_end_of_names, größenänderungsgründe_und_übergrößen_für_überlänge);
