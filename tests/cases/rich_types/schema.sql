-- With --rich-types annotations say more than the text form: classes for enumerations, lists, ranges, addresses, None.
CREATE TYPE order_status AS ENUM ('pending', 'in progress', 'done', '', '1st', 'it''s');
CREATE TYPE customer AS ENUM ('private', 'company');
CREATE TYPE "odd ones" AS ENUM ('in-progress', 'in_progress', 'mro', '_', 'class');
CREATE DOMAIN code AS text CHECK (VALUE <> '');
CREATE TABLE customers (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    kind customer NOT NULL DEFAULT 'private',
    kinds customer[] NOT NULL DEFAULT '{private}',
    odd "odd ones",
    settings jsonb NOT NULL DEFAULT '{}',
    raw json,
    tags text[] NOT NULL DEFAULT '{}',
    scores numeric(10,2)[],
    code code,
    codes code[],
    address inet,
    network cidr NOT NULL,
    card macaddr,
    pause interval NOT NULL DEFAULT '00:15:00',
    pauses interval[],
    months interval year to month,
    hours interval hour to second(3),
    "Range" int4range,
    stay daterange NOT NULL DEFAULT 'empty',
    stays tstzrange[],
    prices numrange,
    many int8multirange,
    list integer,
    numbers integer[],
    "date" date,
    days date[]
);
CREATE TABLE orders (
    id serial PRIMARY KEY,
    customer_id uuid NOT NULL REFERENCES customers,
    referrer_id uuid REFERENCES customers ON DELETE SET NULL,
    status order_status NOT NULL DEFAULT 'pending',
    total numeric(10,2) DEFAULT 0,
    note text,
    CHECK (total >= 0)
);
