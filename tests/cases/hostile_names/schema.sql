-- Names that try to become code, wherever a name is written: table, column, schema, constraint, index, sequence, type.
CREATE SCHEMA """""""
import os; os.abort()
#";
SET search_path = """""""
import os; os.abort()
#";
CREATE TYPE "kind'); raise SystemExit #" AS ENUM ('"); import os; os.abort()  # ''', '""" + str(1/0) + """');
CREATE DOMAIN "domain"""""" + 1/0" AS text CONSTRAINT "check"""""" + 1/0" CHECK (VALUE <> '""" + 1/0 + """');
CREATE SEQUENCE "sequence"")
import os; os.abort()";
CREATE TABLE "users(Model): pass
import os; os.abort()
class X" (
    "id: int = Field()
import os; os.abort()
x" serial CONSTRAINT "pk"")
import os; os.abort() #" PRIMARY KEY,
    "x"" = __import__('os').abort() #" text NOT NULL CONSTRAINT "unique'""\" UNIQUE,
    "kind" "kind'); raise SystemExit #" NOT NULL DEFAULT '"); import os; os.abort()  # ''',
    "domain" "domain"""""" + 1/0" DEFAULT '""" + 1/0',
    "parent" integer CONSTRAINT "fk"")
import os" REFERENCES "users(Model): pass
import os; os.abort()
class X" ON DELETE CASCADE,
    CONSTRAINT "check"")
import os; os.abort() #" CHECK ("x"" = __import__('os').abort() #" <> '""" + __import__("os").abort() + """')
);
CREATE INDEX "index"")
import os; os.abort() #" ON "users(Model): pass
import os; os.abort()
class X" ("x"" = __import__('os').abort() #" DESC) WHERE "x"" = __import__('os').abort() #" <> E'\n"""\nimport os; os.abort()\n\\';
