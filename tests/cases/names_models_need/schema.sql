-- Columns that would hide what a model needs get `_field`; those that models don't need stay.
CREATE TABLE traps (
    id serial PRIMARY KEY,
    objects text, save text, delete text, refresh_from_db text, to_dict text, pk text, "Meta" text, _meta text,
    "DoesNotExist" text, "MultipleObjectsReturned" text, clean text, full_clean text, "Model" text, "Field" text,
    "Check" text, "__class__" text, "__init__" text, "__dict__" text, "__doc__" text, "__module__" text,
    "__slots__" text, "__annotations__" text, _state text, _row text,
    meta text, filter text, get text, "all" text, count text, name text, value text, "values" text, model text, field text,
    "user" text, create_date text, exclude text, "DATABASE" text
);
