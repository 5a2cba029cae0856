-- Types that are made of other types, and everything that may stand on them: arrays, domains, composite types, defaults,
-- checks, indexes, partitions, children, generated columns and views.
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN good_mood AS mood DEFAULT 'happy' CHECK (VALUE <> 'sad'::mood);
CREATE DOMAIN moods AS mood[];
CREATE TYPE reading AS (at timestamptz, mood mood, strength smallint);
CREATE TYPE day AS (morning reading, evening reading, note text);
CREATE TABLE people (
    id serial PRIMARY KEY,
    mood mood NOT NULL DEFAULT 'ok',
    best good_mood,
    earlier moods DEFAULT '{sad,ok}',
    last reading,
    week reading[],
    today day,
    is_sad boolean GENERATED ALWAYS AS (mood = 'sad'::mood) STORED,
    label text DEFAULT ('ok'::mood)::text,
    CHECK (mood <> 'happy'::mood OR label IS NOT NULL)
);
CREATE INDEX people_sad ON people (id) WHERE mood = 'sad'::mood;
CREATE INDEX people_mood ON people (mood);
CREATE TABLE children (toy text) INHERITS (people);
CREATE TABLE visits (id integer NOT NULL, mood mood DEFAULT 'sad') PARTITION BY RANGE (id);
CREATE TABLE visits_1 PARTITION OF visits FOR VALUES FROM (0) TO (100);
CREATE VIEW sad_people AS SELECT id, mood, 'ok'::mood AS wanted FROM people WHERE mood = 'sad'::mood;
