-- Of columns of text: how many of the values that the planner's statistics hold are numbers or dates. The values
-- themselves stay where they are. A role sees those of columns that it may read.
-- $1: names of the namespaces to read, or NULL for all
SELECT c.oid,
       a.attname,
       count(v.value),
       count(*) FILTER (WHERE v.value ~ '^(0|-?[1-9][0-9]{0,17})$'),
       count(*) FILTER (WHERE v.value ~ '^(0|-?[1-9][0-9]{0,17}|-?(0|[1-9][0-9]{0,17})[.][0-9]{1,9})$'),
       count(*) FILTER (WHERE v.value ~ '^[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$'),
       count(*) FILTER (WHERE v.value ~ ('^[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[ T]'
                                         '([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,6})?'
                                         '(Z|[+-][0-9]{2}(:?[0-9]{2})?)$'))
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                   AND a.atttypid IN ('pg_catalog.text'::regtype, 'pg_catalog.varchar'::regtype)
JOIN pg_stats st ON st.schemaname = n.nspname AND st.tablename = c.relname AND st.attname = a.attname
CROSS JOIN LATERAL (SELECT unnest(st.most_common_vals::text::text[]) AS value
                    UNION ALL
                    SELECT unnest(st.histogram_bounds::text::text[])) v
WHERE c.relkind = 'r'
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND ($1::text[] IS NULL OR n.nspname = ANY ($1::text[]))
GROUP BY c.oid, a.attname
