-- Two keys on one column: one is the field's, the other stands in Meta with its target.
CREATE TABLE people (id serial PRIMARY KEY);
CREATE TABLE contacts (person_id integer PRIMARY KEY REFERENCES people, code text NOT NULL UNIQUE);
CREATE TABLE letters (
    id serial PRIMARY KEY,
    receiver_id integer NOT NULL REFERENCES people,
    CONSTRAINT receiver_is_contact FOREIGN KEY (receiver_id) REFERENCES contacts ON DELETE CASCADE
);
CREATE TABLE doubles (
    person_id integer REFERENCES people,
    CONSTRAINT doubles_again FOREIGN KEY (person_id) REFERENCES people
);
