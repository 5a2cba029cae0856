-- Names and bodies that would get out of their quotes, if there were a way.
CREATE SCHEMA "sch""ema; DROP";
CREATE TABLE "sch""ema; DROP"."ta'ble" ("col; --" integer PRIMARY KEY, "it's $$" text, "b\s" text);
CREATE FUNCTION "sch""ema; DROP"."fun$function$c"("a; b" text DEFAULT '$function$ '';', "b" integer DEFAULT 1) RETURNS text
    LANGUAGE plpgsql AS $body$
BEGIN
    -- $$ and $function$ and '
    EXECUTE $function$ SELECT 'x;' $function$;
    -- UP
-- UP
-- DOWN
    RETURN $$ ; \ $$ || E'\\;';
END $body$;
COMMENT ON FUNCTION "sch""ema; DROP"."fun$function$c"(text, integer) IS E'it''s\n-- DOWN\n; $do$ \\';
CREATE FUNCTION "semi;colon"() RETURNS trigger LANGUAGE plpgsql AS E'BEGIN\r\n  RETURN NEW;\nEND';
CREATE FUNCTION quoted(a integer) RETURNS integer LANGUAGE sql BEGIN ATOMIC
    SELECT CASE WHEN a > 0 THEN 1 ELSE 2 END; SELECT a; END;
CREATE TRIGGER "trig""ger; --" BEFORE UPDATE ON "sch""ema; DROP"."ta'ble" FOR EACH ROW
    WHEN (NEW."it's $$" = E'\\''; \n') EXECUTE FUNCTION "semi;colon"('$$', E'\\', ''';', E'a\nb');
CREATE POLICY "pol$do$icy" ON "sch""ema; DROP"."ta'ble" TO pg_monitor USING ("it's $$" <> '$do$ END IF; $do1$' AND "b\s" <> E'\\');
CREATE RULE "ru;le" AS ON INSERT TO "sch""ema; DROP"."ta'ble" DO ALSO (SELECT ';' AS "a;"; NOTIFY "x;y");
CREATE STATISTICS "sta;t" ON "it's $$", "b\s" FROM "sch""ema; DROP"."ta'ble";
CREATE COLLATION "col""l'ation" (PROVIDER = libc, LOCALE = 'C');
CREATE TYPE "ty""pe" AS RANGE (SUBTYPE = text, COLLATION = "col""l'ation");
CREATE FUNCTION "o;p"("ty""pe", "ty""pe") RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
CREATE OPERATOR "sch""ema; DROP".~-~ (LEFTARG = "ty""pe", RIGHTARG = "ty""pe", FUNCTION = "o;p");
CREATE VIEW "vi;ew" AS SELECT quoted("col; --") AS "x;", "it's $$" FROM "sch""ema; DROP"."ta'ble"
    WHERE "sch""ema; DROP"."fun$function$c"("b\s", 1) <> $$';$$;
CREATE MATERIALIZED VIEW "mat$do$" AS SELECT "sch""ema; DROP"."fun$function$c"('a') AS a;
GRANT SELECT ("it's $$", "col; --") ON "sch""ema; DROP"."ta'ble" TO pg_monitor;
GRANT USAGE ON SCHEMA "sch""ema; DROP" TO PUBLIC;
REVOKE EXECUTE ON FUNCTION "sch""ema; DROP"."fun$function$c"(text, integer) FROM PUBLIC;
CREATE FOREIGN DATA WRAPPER "wrap""per" OPTIONS ("opt;ion" E'va''l\\ue;');
CREATE SERVER "ser;ver" FOREIGN DATA WRAPPER "wrap""per" OPTIONS (host E'ho''st\n-- DOWN');
CREATE PUBLICATION "pub;li" FOR TABLE "sch""ema; DROP"."ta'ble" WHERE ("col; --" > 1);
