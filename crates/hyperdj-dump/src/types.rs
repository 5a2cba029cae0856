//! Names of types: read as SQL writes them, written as `format_type` does with an empty `search_path`.
//!
//! PostgreSQL documentation: 8 Data Types; Appendix C.

use std::fmt;

use hyperdj_schema::QualifiedName;
use hyperdj_schema::lexer::TokenKind;

use crate::Error;
use crate::cursor::Cursor;
use crate::facts::TYPES;

/// A type, by its name in the catalog.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Base {
    /// One of `pg_catalog`, by `pg_type.typname`: `int4`.
    Builtin(String),
    /// One of another namespace.
    User(QualifiedName),
}

/// A type with its length, precision or scale, or an array of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Type {
    pub(crate) base: Base,
    /// `(10,2)`, and for intervals the fields in front: ` day to second(3)`.
    pub(crate) modifier: String,
    pub(crate) is_array: bool,
}

impl Type {
    pub(crate) fn builtin(name: &str) -> Self {
        match name.strip_prefix('_').filter(|_| TYPES.contains_key(name)) {
            Some(element) => Self {
                is_array: true,
                ..Self::builtin(element)
            },
            None => Self {
                base: Base::Builtin(name.to_owned()),
                modifier: String::new(),
                is_array: false,
            },
        }
    }

    pub(crate) fn user(name: QualifiedName) -> Self {
        Self {
            base: Base::User(name),
            modifier: String::new(),
            is_array: false,
        }
    }

    /// The type without length, precision and scale.
    pub(crate) fn plain(&self) -> Self {
        Self {
            modifier: String::new(),
            ..self.clone()
        }
    }

    pub(crate) fn array(&self) -> Self {
        Self {
            is_array: true,
            ..self.clone()
        }
    }

    pub(crate) fn element(&self) -> Option<Self> {
        self.is_array.then(|| Self {
            is_array: false,
            ..self.clone()
        })
    }

    /// The name in `pg_catalog`, of a built-in type: `_int4` of an array.
    pub(crate) fn catalog_name(&self) -> Option<String> {
        match &self.base {
            Base::Builtin(name) if self.is_array => Some(format!("_{name}")),
            Base::Builtin(name) => Some(name.clone()),
            Base::User(_) => None,
        }
    }

    pub(crate) fn is(&self, name: &str) -> bool {
        !self.is_array && matches!(&self.base, Base::Builtin(found) if found == name)
    }

    /// As `pg_identify_object` prints an argument's type: whatever SQL has no words of its own for is qualified.
    pub(crate) fn qualified(&self) -> String {
        let plain = self.plain();
        let printed = plain.to_string();
        let Base::Builtin(name) = &plain.base else {
            return printed;
        };
        let array = if self.is_array { "[]" } else { "" };
        match name.as_str() {
            "bpchar" => format!("character{array}"),
            _ if sql_words(name).is_some() => printed,
            _ => format!("pg_catalog.{printed}"),
        }
    }
}

/// What SQL calls a type of the catalog, in two parts between which the modifier stands.
fn sql_words(name: &str) -> Option<(&'static str, &'static str)> {
    Some(match name {
        "bool" => ("boolean", ""),
        "int2" => ("smallint", ""),
        "int4" => ("integer", ""),
        "int8" => ("bigint", ""),
        "float4" => ("real", ""),
        "float8" => ("double precision", ""),
        "numeric" => ("numeric", ""),
        "varchar" => ("character varying", ""),
        "bit" => ("bit", ""),
        "varbit" => ("bit varying", ""),
        "interval" => ("interval", ""),
        "time" => ("time", " without time zone"),
        "timetz" => ("time", " with time zone"),
        "timestamp" => ("timestamp", " without time zone"),
        "timestamptz" => ("timestamp", " with time zone"),
        _ => return None,
    })
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let modifier = &self.modifier;
        match &self.base {
            Base::User(name) => write!(f, "{name}{modifier}")?,
            Base::Builtin(name) => match (name.as_str(), sql_words(name)) {
                ("bpchar", _) if !modifier.is_empty() => write!(f, "character{modifier}")?,
                ("bit", _) if modifier.is_empty() => f.write_str("\"bit\"")?,
                ("char", _) => f.write_str("\"char\"")?,
                (_, Some((before, behind))) => write!(f, "{before}{modifier}{behind}")?,
                ("any", _) => f.write_str("\"any\"")?,
                (name, None) => write!(f, "{name}{modifier}")?,
            },
        }
        f.write_str(if self.is_array { "[]" } else { "" })
    }
}

/// Finds the type that a name means; an empty namespace is one that was not written.
pub(crate) type Resolve<'r> = dyn Fn(Option<&str>, &str) -> Option<Type> + 'r;

/// Reads a type's name.
pub(crate) fn parse(cursor: &mut Cursor<'_>, resolve: &Resolve<'_>) -> Result<Type, Error> {
    let offset = cursor.offset();
    cursor.take("setof");
    let mut found = base(cursor, resolve, offset)?;
    if cursor.take("array") {
        found.is_array = true;
        if cursor.take_symbol("[") {
            cursor.integer()?;
            cursor.expect_symbol("]")?;
        }
    }
    while cursor.is_symbol("[") {
        cursor.advance();
        if !cursor.is_symbol("]") {
            cursor.integer()?;
        }
        cursor.expect_symbol("]")?;
        found.is_array = true;
    }
    Ok(found)
}

fn base(cursor: &mut Cursor<'_>, resolve: &Resolve<'_>, offset: usize) -> Result<Type, Error> {
    let with = |name: &str, modifier: String| Type {
        modifier,
        ..Type::builtin(name)
    };
    let is_word = cursor
        .peek()
        .is_some_and(|token| token.kind == TokenKind::Word);
    let is_qualified = cursor.peek_at(1).is_some_and(|token| token.is_symbol("."));
    let word = match cursor.peek() {
        Some(token) if is_word && !is_qualified => token.text.to_ascii_lowercase(),
        _ => String::new(),
    };
    let name = match word.as_str() {
        "int" | "integer" => "int4",
        "smallint" => "int2",
        "bigint" => "int8",
        "real" => "float4",
        "boolean" => "bool",
        "dec" | "decimal" | "numeric" => {
            cursor.advance();
            return Ok(with("numeric", numeric_modifier(cursor)?));
        }
        "float" => {
            cursor.advance();
            let is_single = match modifier(cursor)?.as_str() {
                "" => false,
                text => text
                    .trim_matches(['(', ')'])
                    .parse()
                    .is_ok_and(|bits: u32| bits <= 24),
            };
            return Ok(Type::builtin(if is_single { "float4" } else { "float8" }));
        }
        "double" => {
            cursor.advance();
            cursor.expect("precision")?;
            return Ok(Type::builtin("float8"));
        }
        "national" | "character" | "char" | "nchar" | "varchar" => {
            cursor.advance();
            if word == "national" {
                cursor.advance();
            }
            let varies = word == "varchar" || cursor.take("varying");
            let modifier = modifier(cursor)?;
            return Ok(match (varies, modifier.is_empty()) {
                (true, _) => with("varchar", modifier),
                (false, true) => with("bpchar", "(1)".to_owned()),
                (false, false) => with("bpchar", modifier),
            });
        }
        "bit" => {
            cursor.advance();
            let varies = cursor.take("varying");
            let modifier = modifier(cursor)?;
            return Ok(match (varies, modifier.is_empty()) {
                (true, _) => with("varbit", modifier),
                (false, true) => with("bit", "(1)".to_owned()),
                (false, false) => with("bit", modifier),
            });
        }
        "time" | "timestamp" => {
            cursor.advance();
            let modifier = modifier(cursor)?;
            let with_zone = cursor.take_all(&["with", "time", "zone"]);
            if !with_zone {
                cursor.take_all(&["without", "time", "zone"]);
            }
            return Ok(with(
                &format!("{word}{}", if with_zone { "tz" } else { "" }),
                modifier,
            ));
        }
        "interval" => {
            cursor.advance();
            return Ok(with("interval", interval_modifier(cursor)?));
        }
        _ => "",
    };
    if !name.is_empty() {
        cursor.advance();
        return Ok(Type::builtin(name));
    }
    let parts = cursor.names()?;
    let (schema, name) = match parts.as_slice() {
        [name] => (None, name),
        [schema, name] => (Some(schema.as_str()), name),
        _ => {
            return Err(Error::unknown(
                offset,
                "a type of another database can't be read",
            ));
        }
    };
    let Some(mut found) = resolve(schema, name) else {
        return Err(Error::unknown(
            offset,
            format!("nothing in the file makes the type `{}`", parts.join(".")),
        ));
    };
    if cursor.is_symbol("(") {
        found.modifier = if found.is("numeric") {
            numeric_modifier(cursor)?
        } else {
            modifier(cursor)?
        };
    }
    Ok(found)
}

/// `(80)`, as it is written.
fn modifier(cursor: &mut Cursor<'_>) -> Result<String, Error> {
    if !cursor.is_symbol("(") {
        return Ok(String::new());
    }
    let mut inner = cursor.parenthesised()?;
    let mut parts = Vec::new();
    for item in inner.items() {
        let text = item.rest_text();
        let is_plain = !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !is_plain {
            return Err(item.not_understood());
        }
        parts.push(text);
    }
    Ok(format!("({})", parts.join(",")))
}

/// `(5)` is `(5,0)`.
fn numeric_modifier(cursor: &mut Cursor<'_>) -> Result<String, Error> {
    let found = modifier(cursor)?;
    Ok(match found.strip_suffix(')') {
        Some(inner) if !inner.contains(',') => format!("{inner},0)"),
        _ => found,
    })
}

/// The fields and the precision of an interval.
fn interval_modifier(cursor: &mut Cursor<'_>) -> Result<String, Error> {
    const FIELDS: [&str; 6] = ["year", "month", "day", "hour", "minute", "second"];
    let mut text = String::new();
    if let Some(first) = cursor.take_any(&FIELDS) {
        text = format!(" {first}");
        if cursor.take("to") {
            match cursor.take_any(&FIELDS) {
                Some(last) => text.push_str(&format!(" to {last}")),
                None => return Err(cursor.unexpected("a field of an interval")),
            }
        }
    }
    text.push_str(&modifier(cursor)?);
    Ok(text)
}
