-- The database of a shop that has sold garden and household goods since 2009, as its third generation of developers
-- found it. Plain SQL for PostgreSQL 12 and later, without extensions: load it with psql -f, or as a single batch.

-- What everyone depends on ------------------------------------------------------------------------------------------

CREATE SCHEMA inventory;
COMMENT ON SCHEMA inventory IS 'The warehouse system, bought in 2015 and moved into this database in 2018.';

CREATE TYPE ticket_state AS ENUM ('new', 'open', 'waiting for customer', 'closed');
COMMENT ON TYPE ticket_state IS 'In the order in which a ticket goes through them.';

CREATE DOMAIN email_address AS text CHECK (VALUE ~ '^[^@[:space:]]+@[^@[:space:]]+$');
COMMENT ON DOMAIN email_address IS 'Added after the newsletter of June 2013 went to "n/a".';

CREATE DOMAIN percentage AS numeric(5,2) DEFAULT 0 CHECK (VALUE >= 0) CHECK (VALUE <= 100);

-- Tickets and goods returned are numbered from one series: the tax office asked for it.
CREATE SEQUENCE document_number_seq START WITH 40001;

CREATE FUNCTION touch_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END;
$$;

-- The web shop ------------------------------------------------------------------------------------------------------

CREATE TABLE users (
    id serial PRIMARY KEY,
    email text NOT NULL UNIQUE,
    name text,
    created_at timestamp with time zone
);

CREATE TABLE products (
    id serial PRIMARY KEY,
    sku text NOT NULL UNIQUE,
    name text NOT NULL,
    price numeric NOT NULL,
    created_at timestamp with time zone NOT NULL
);

-- Nobody ever put an index on user_id.
CREATE TABLE orders (
    id serial PRIMARY KEY,
    user_id integer NOT NULL REFERENCES users,
    total numeric NOT NULL,
    status text NOT NULL DEFAULT 'pending',
    created_at timestamp with time zone NOT NULL
);

CREATE TABLE user_sessions (
    id serial PRIMARY KEY,
    class text NOT NULL
);

CREATE TABLE legacy_log (
    message text NOT NULL,
    created_at timestamp with time zone NOT NULL
);

-- The columns stand in the order of the import file, the key in the order of the queries.
CREATE TABLE order_items (
    line_no smallint NOT NULL,
    product_id integer NOT NULL REFERENCES products ON DELETE RESTRICT,
    order_id integer NOT NULL REFERENCES orders ON DELETE CASCADE,
    quantity integer DEFAULT 1 NOT NULL CHECK (quantity > 0),
    unit_price numeric(10,2) NOT NULL,
    discount percentage NOT NULL,
    line_total numeric(12,2) GENERATED ALWAYS AS (round(quantity * unit_price * (100 - discount) / 100, 2)) STORED,
    gift_note text,
    PRIMARY KEY (order_id, line_no),
    CONSTRAINT order_items_price_is_no_refund CHECK (unit_price >= 0)
);
CREATE INDEX order_items_by_product ON order_items (product_id) INCLUDE (quantity, line_total);
COMMENT ON TABLE order_items IS 'What was ordered, a line for each product.';
COMMENT ON COLUMN order_items.unit_price IS 'The price on the day, which is not that of products any more.';
COMMENT ON COLUMN order_items.discount IS 'In percent. 100 is a gift.';

-- The catalogue -----------------------------------------------------------------------------------------------------

CREATE TABLE categories (
    id smallserial PRIMARY KEY,
    parent_id smallint REFERENCES categories ON DELETE SET NULL,
    name character varying(80) NOT NULL,
    path text[] DEFAULT '{}' NOT NULL,
    is_visible boolean DEFAULT true NOT NULL,
    UNIQUE (parent_id, name),
    CHECK (parent_id <> id)
);
COMMENT ON COLUMN categories.path IS 'The names from the root downwards, kept by the application, most of the time.';

CREATE TABLE product_details (
    product_id integer PRIMARY KEY REFERENCES products ON DELETE CASCADE,
    category_id smallint REFERENCES categories ON DELETE SET NULL,
    description text DEFAULT '' NOT NULL,
    attributes jsonb DEFAULT '{}' NOT NULL,
    dimensions real[],
    weight double precision CHECK (weight > 0),
    thumbnail bytea,
    restock_after interval DEFAULT '14 days' NOT NULL,
    search tsvector GENERATED ALWAYS AS (to_tsvector('english'::regconfig, description)) STORED,
    updated_at timestamp without time zone DEFAULT CURRENT_TIMESTAMP NOT NULL
);
CREATE INDEX product_details_search ON product_details USING gin (search);
CREATE INDEX product_details_attributes ON product_details USING gin (attributes jsonb_path_ops);
CREATE TRIGGER product_details_touch BEFORE UPDATE ON product_details FOR EACH ROW EXECUTE FUNCTION touch_updated_at();
COMMENT ON TABLE product_details IS 'Split off products in 2014, when a row had outgrown the old replication.';
COMMENT ON COLUMN product_details.dimensions IS 'Width, height and depth in millimetres.';
COMMENT ON COLUMN product_details.weight IS 'In kilograms.';
COMMENT ON COLUMN product_details.updated_at IS 'Without a time zone: the server stood in the shop then.';

CREATE TABLE promotions (
    code character varying(20) PRIMARY KEY,
    title text NOT NULL,
    discount percentage NOT NULL,
    valid_during daterange NOT NULL,
    is_shop_wide boolean DEFAULT false NOT NULL,
    created_by name DEFAULT CURRENT_USER NOT NULL,
    CONSTRAINT promotions_one_at_a_time EXCLUDE USING gist (valid_during WITH &&) WHERE (is_shop_wide),
    CONSTRAINT promotions_not_empty CHECK (NOT isempty(valid_during))
);
COMMENT ON CONSTRAINT promotions_one_at_a_time ON promotions IS 'Christmas 2012 came on top of the clearance sale.';

-- The telephone shop, whose customers were never merged with the users of the web shop ---------------------------------

CREATE TABLE customers (
    id serial PRIMARY KEY,
    name text NOT NULL
);

CREATE TABLE countries (
    id smallint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    code character(2) NOT NULL UNIQUE,
    name text NOT NULL,
    vat_rate percentage NOT NULL,
    CHECK (code = upper(code))
);
COMMENT ON COLUMN countries.code IS 'ISO 3166-1 alpha-2. Everything refers to this, and nothing to id.';

CREATE TABLE addresses (
    id bigserial PRIMARY KEY,
    customer_id integer NOT NULL REFERENCES customers ON DELETE CASCADE,
    street text NOT NULL,
    city text NOT NULL,
    postcode character varying(12),
    country_code character(2) DEFAULT 'DE' NOT NULL REFERENCES countries (code) ON UPDATE CASCADE ON DELETE SET DEFAULT,
    is_current boolean DEFAULT true NOT NULL
);
CREATE INDEX ON addresses (customer_id);
CREATE INDEX addresses_by_place ON addresses (country_code, postcode COLLATE "C" text_pattern_ops) WHERE is_current;

CREATE TABLE "CustomerProfiles" (
    customer_id integer PRIMARY KEY REFERENCES customers ON DELETE CASCADE,
    public_id uuid DEFAULT md5(random()::text || clock_timestamp()::text)::uuid NOT NULL UNIQUE,
    email email_address,
    billing_address_id bigint REFERENCES addresses ON DELETE RESTRICT,
    shipping_address_id bigint REFERENCES addresses ON DELETE SET NULL,
    "Größe" character varying(4) CHECK ("Größe" IN ('S', 'M', 'L', 'XL')),
    "total $" numeric(12,2) DEFAULT 0.00 NOT NULL,
    "9lives" integer DEFAULT 9 NOT NULL,
    "Loyalty Card" text,
    preferences jsonb DEFAULT '{"newsletter": false}' NOT NULL,
    tags text[] DEFAULT ARRAY['new'] NOT NULL,
    birthday date,
    balance integer DEFAULT -1 NOT NULL
);
CREATE UNIQUE INDEX "CustomerProfiles_email" ON "CustomerProfiles" (lower(email));
CREATE UNIQUE INDEX "CustomerProfiles_card" ON "CustomerProfiles" ("Loyalty Card") WHERE "Loyalty Card" IS NOT NULL;
COMMENT ON TABLE "CustomerProfiles" IS 'From the marketing department''s own tool; it "will be replaced" (2016).';
COMMENT ON COLUMN "CustomerProfiles"."Größe" IS 'T-shirt size, for the prize draw.';
COMMENT ON COLUMN "CustomerProfiles"."total $" IS 'Lifetime sales. In euros.';
COMMENT ON COLUMN "CustomerProfiles"."9lives" IS 'Reminders left before the account is closed.';
COMMENT ON COLUMN "CustomerProfiles".balance IS '-1 means that it is not known.';

-- The first shop's orders, of 2009 to 2013; the paper forms had these headings.
CREATE TABLE "order" (
    id serial PRIMARY KEY,
    customer_id integer REFERENCES customers,
    type character varying(10) DEFAULT 'phone' NOT NULL,
    class character(1),
    "from" text,
    "end" date,
    "return" boolean DEFAULT false NOT NULL,
    "date" date DEFAULT CURRENT_DATE NOT NULL,
    "time" time without time zone,
    called_at time with time zone,
    "user" text,
    "case" integer,
    "match" text,
    CHECK ("end" >= "date")
);
CREATE INDEX order_newest_first ON "order" ("date" DESC, "time" DESC NULLS LAST);
COMMENT ON TABLE "order" IS 'The first shop. Not to be confused with orders.';
COMMENT ON COLUMN "order"."end" IS 'The end of the warranty.';
COMMENT ON COLUMN "order".class IS 'A, B or C: how often they called.';

-- The people --------------------------------------------------------------------------------------------------------

CREATE TABLE departments (
    id serial PRIMARY KEY,
    name text NOT NULL UNIQUE,
    manager_id integer
);

CREATE TABLE employees (
    id serial PRIMARY KEY,
    department_id integer NOT NULL REFERENCES departments,
    name text NOT NULL,
    salary money,
    shift_starts time without time zone DEFAULT '08:00' NOT NULL,
    phone_extension smallint,
    hired_on date NOT NULL,
    left_on date,
    CHECK (left_on IS NULL OR left_on > hired_on)
);
ALTER TABLE departments ADD CONSTRAINT departments_manager_id_fkey
    FOREIGN KEY (manager_id) REFERENCES employees ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED;
COMMENT ON TABLE departments IS 'A department has a manager, who is in a department.';

-- The warehouse -----------------------------------------------------------------------------------------------------

CREATE TABLE inventory.warehouses (
    id integer GENERATED ALWAYS AS IDENTITY (START WITH 10 INCREMENT BY 10) PRIMARY KEY,
    code text NOT NULL,
    name text NOT NULL,
    network cidr,
    door_scanner macaddr
);
CREATE UNIQUE INDEX warehouses_code ON inventory.warehouses (code);
COMMENT ON INDEX inventory.warehouses_code IS 'An index and not a constraint, but everyone trusts it.';

CREATE TABLE inventory.stock_levels (
    product_id integer NOT NULL REFERENCES public.products ON DELETE CASCADE,
    warehouse_id integer NOT NULL REFERENCES inventory.warehouses,
    on_hand integer DEFAULT 0 NOT NULL,
    reserved integer DEFAULT 0 NOT NULL,
    available integer GENERATED ALWAYS AS (on_hand - reserved) STORED,
    counted_at timestamp with time zone DEFAULT now() NOT NULL,
    PRIMARY KEY (warehouse_id, product_id),
    CONSTRAINT reserved_is_there CHECK (reserved BETWEEN 0 AND on_hand)
);

-- After the sale ----------------------------------------------------------------------------------------------------

CREATE TABLE returns (
    number bigint DEFAULT nextval('document_number_seq') PRIMARY KEY,
    order_id integer,
    line_no smallint,
    warehouse_id integer REFERENCES inventory.warehouses ON UPDATE CASCADE,
    quantity integer NOT NULL,
    reason text DEFAULT 'O''Brien''s rule: none given' NOT NULL,
    refund numeric(10,2),
    received_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT returns_of_a_line FOREIGN KEY (order_id, line_no) REFERENCES order_items (order_id, line_no)
        MATCH FULL ON DELETE CASCADE DEFERRABLE
);
COMMENT ON COLUMN returns.order_id IS 'Empty, together with line_no, if somebody left the goods at the door.';

CREATE TABLE support_tickets (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number bigint DEFAULT nextval('document_number_seq') NOT NULL UNIQUE,
    order_id integer REFERENCES orders ON DELETE SET NULL,
    employee_id integer REFERENCES employees ON DELETE SET NULL,
    state ticket_state DEFAULT 'new' NOT NULL,
    subject text NOT NULL,
    client_address inet,
    payload json,
    opened_at timestamp with time zone DEFAULT now() NOT NULL,
    first_answer interval
);
CREATE UNIQUE INDEX support_tickets_one_open ON support_tickets (order_id) WHERE state <> 'closed';
CREATE INDEX support_tickets_latest ON support_tickets (opened_at DESC);
ALTER TABLE support_tickets ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_tickets ON support_tickets USING (employee_id::text = current_setting('shop.employee', true));
COMMENT ON POLICY own_tickets ON support_tickets IS 'For the accounts of the call centre, since the audit of 2019.';

-- Its only key is a unique column: the log shipper refused primary keys.
CREATE TABLE audit_trail (
    log_id bigint NOT NULL UNIQUE,
    table_name text NOT NULL,
    row_key text,
    change jsonb,
    "timestamp" timestamp without time zone NOT NULL
);

-- One partition for each year; the new year's partition is somebody's task.
CREATE SEQUENCE page_views_id_seq;
CREATE TABLE page_views (
    id bigint DEFAULT nextval('page_views_id_seq') NOT NULL,
    viewed_on date NOT NULL,
    product_id integer NOT NULL REFERENCES products ON DELETE CASCADE,
    user_id integer,
    visitor inet,
    seconds real,
    PRIMARY KEY (viewed_on, id)
) PARTITION BY RANGE (viewed_on);
CREATE TABLE page_views_2022 PARTITION OF page_views FOR VALUES FROM ('2022-01-01') TO ('2023-01-01');
CREATE TABLE page_views_2023 PARTITION OF page_views FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE page_views_default PARTITION OF page_views DEFAULT;
CREATE INDEX page_views_by_product ON page_views (product_id, viewed_on DESC);
COMMENT ON COLUMN page_views.user_id IS 'No foreign key: users go, their views stay.';

-- What the reports read ---------------------------------------------------------------------------------------------

CREATE VIEW open_orders AS
    SELECT orders.id, users.email, orders.total, orders.status, orders.created_at
    FROM orders JOIN users ON users.id = orders.user_id
    WHERE orders.status IN ('pending', 'paid');
COMMENT ON VIEW open_orders IS 'The dispatch department''s morning list.';

CREATE MATERIALIZED VIEW product_stats AS
    SELECT products.id AS product_id, products.sku, count(order_items.order_id) AS times_ordered,
           COALESCE(sum(order_items.quantity), 0) AS pieces, COALESCE(sum(order_items.line_total), 0) AS revenue,
           max(orders.created_at) AS last_ordered_at
    FROM products
    LEFT JOIN order_items ON order_items.product_id = products.id
    LEFT JOIN orders ON orders.id = order_items.order_id
    GROUP BY products.id, products.sku;
CREATE UNIQUE INDEX product_stats_product_id ON product_stats (product_id);
COMMENT ON MATERIALIZED VIEW product_stats IS 'Refreshed every night, concurrently since the night of 3 May 2021.';
