-- A database with names and values out of many scripts, and with what looks like nothing.
CREATE TABLE "משתמשים" (id serial PRIMARY KEY, "שם" text NOT NULL DEFAULT 'שלום', "नाम" text, "ชื่อ" text, "имя" text);
CREATE TABLE "Ünïcödé Tàble" (id serial PRIMARY KEY, "naïve" text DEFAULT 'café', "İstanbul" text, "ſ" text, "Å" text);
CREATE TABLE "a" (id serial PRIMARY KEY, U&"zero\200bwidth" text, U&"right\200fleft" text, U&"combining e\0301" text,
    U&"e\0301" text, "𝐱" text, "Ⅷ" text, "²" text, "x²" text);
