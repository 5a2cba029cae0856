-- A key's own name, MATCH FULL, DEFERRABLE and NOT VALID are said in Meta; the field stays marked.
CREATE TABLE users (id serial PRIMARY KEY);
CREATE TABLE links (
    id serial PRIMARY KEY,
    named integer CONSTRAINT fk_named REFERENCES users ON DELETE CASCADE,
    full_match integer REFERENCES users MATCH FULL,
    at_once integer REFERENCES users DEFERRABLE,
    later integer REFERENCES users DEFERRABLE INITIALLY DEFERRED,
    not_validated integer,
    described integer REFERENCES users
);
ALTER TABLE links ADD FOREIGN KEY (not_validated) REFERENCES users NOT VALID;
COMMENT ON CONSTRAINT links_described_fkey ON links IS 'who it was';
