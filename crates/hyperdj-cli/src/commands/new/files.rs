//! The files of a new application, but for its models.

/// How many models get a route to begin with.
const ROUTES: usize = 3;

/// What git is to leave out.
pub(super) const GITIGNORE: &str = ".env\n__pycache__/\n";

/// `app.py`: where the database is.
pub(super) fn app(name: &str) -> String {
    let name: String = name
        .chars()
        .filter(|character| character.is_alphanumeric() || matches!(character, '_' | '-' | ' '))
        .collect();
    format!(
        r#""""The application: where its database is, and what happens when it starts and stops."""

from hyperdjango import HyperApp
from hyperdjango.database import Database

app = HyperApp("{name}")


@app.on_startup
async def connect() -> None:
    # Without a URL it is the database that DATABASE_URL names, or the file .env.
    db = Database()
    await db.connect()
    app.db = db


@app.on_shutdown
async def disconnect() -> None:
    await app.db.disconnect()
"#
    )
}

/// The classes of a models file with the names of their tables, those that a path can hold as they are.
pub(super) fn models(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut class = None;
    for line in text.lines() {
        if let Some(name) = line
            .strip_prefix("class ")
            .and_then(|rest| rest.strip_suffix("(Model):"))
        {
            class = Some(name.to_owned());
        } else if let Some(table) = line
            .strip_prefix("        table_name = \"")
            .and_then(|rest| rest.strip_suffix('"'))
            && let Some(class) = class.take()
            && is_plain(table)
            && is_plain(&class)
        {
            found.push((class, table.to_owned()));
        }
    }
    found
}

fn is_plain(name: &str) -> bool {
    name.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// `routes.py`: where to look, and the first rows of some tables.
pub(super) fn routes(models: &[(String, String)]) -> String {
    let models = models.get(..ROUTES).unwrap_or(models);
    let paths: Vec<String> = models
        .iter()
        .map(|(_, table)| format!("\"/{table}\""))
        .collect();
    let mut text = format!(
        r#""""What the application answers. `hyper run` puts app, Response and the models into this file's namespace."""


@app.route("GET", "/")
async def index(request):
    return Response.json({{"paths": [{}]}})
"#,
        paths.join(", ")
    );
    for (class, table) in models {
        text.push_str(&format!(
            r#"

@app.route("GET", "/{table}")
async def list_{table}(request):
    return Response.json(await {class}.objects.all()[:20])
"#
        ));
    }
    text
}

/// `.env`: the URL without its password.
pub(super) fn environment(url: &str) -> String {
    format!(
        "# The database. A password belongs into PGPASSWORD or ~/.pgpass (host:port:database:user:password), not here.\n\
         DATABASE_URL='{url}'\n"
    )
}

/// `README.md`.
pub(super) fn readme(name: &str) -> String {
    let name: String = name
        .chars()
        .filter(|character| !character.is_control())
        .collect();
    format!(
        "# {name}

An application on a PostgreSQL database that exists. Nothing here changes its schema: every model has `managed = False`.

    hyper run --reload      serve it on http://127.0.0.1:8000, and start again when a file changes
    hyper routes            list what it answers
    hyper shell             a Python prompt with the models
    hyper check             whether the models still say what the database says

- `models.py`: the tables, as `hyper inspectdb --output models.py --force` writes them.
- `app.py`: the application and its database. `routes.py`: what it answers.
- `.env`: where the database is, without its password, which PGPASSWORD or `~/.pgpass` gives.
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_no_part_of_a_path_get_no_route() {
        let text = "class User(Model):\n    class Meta:\n        table_name = \"users\"\n\n\
                    class Odd(Model):\n    class Meta:\n        table_name = \"o\\\"d\"\n";
        assert_eq!(models(text), [("User".to_owned(), "users".to_owned())]);
        assert!(routes(&models(text)).contains("await User.objects.all()[:20]"));
        assert!(routes(&[]).contains("{\"paths\": []}"));
    }
}
