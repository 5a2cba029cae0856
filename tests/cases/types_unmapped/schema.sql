-- Types that the table does not name are text in Python, and keep their own name in db_type.
CREATE TABLE samples (
    bits bit(8) NOT NULL, some_bits bit varying(12) NOT NULL, one_bit bit NOT NULL,
    place point NOT NULL, area polygon NOT NULL, route path NOT NULL, ring circle NOT NULL,
    edge lseg NOT NULL, frame box NOT NULL, slope line NOT NULL,
    words tsvector NOT NULL, search tsquery NOT NULL,
    span int4range NOT NULL, period tstzrange NOT NULL, days daterange NOT NULL,
    spans int8multirange NOT NULL, amounts numrange NOT NULL,
    mac macaddr8 NOT NULL, pointer oid NOT NULL, relation regclass NOT NULL, lsn pg_lsn NOT NULL,
    letter "char" NOT NULL, way jsonpath NOT NULL, snapshot pg_snapshot NOT NULL, transaction xid8 NOT NULL,
    kind regtype NOT NULL, version_number xid NOT NULL
);
