//! The base type behind a type's printed form, for the types that models know by name.

/// A built-in type, with length, precision and scale left aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BaseType {
    /// `smallint`
    SmallInt,
    /// `integer`
    Integer,
    /// `bigint`
    BigInt,
    /// `real`
    Real,
    /// `double precision`
    DoublePrecision,
    /// `numeric`
    Numeric,
    /// `money`
    Money,
    /// `boolean`
    Boolean,
    /// `text`
    Text,
    /// `character varying`
    CharacterVarying,
    /// `character`
    Character,
    /// `name`
    Name,
    /// `bytea`
    Bytea,
    /// `date`
    Date,
    /// `time without time zone`
    Time,
    /// `time with time zone`
    TimeTz,
    /// `timestamp without time zone`
    Timestamp,
    /// `timestamp with time zone`
    TimestampTz,
    /// Any other: an array, an enum, a domain, `uuid`, `jsonb`, …
    Other,
}

impl BaseType {
    /// The base type of what `format_type` prints with an empty `search_path`.
    ///
    /// With it every type outside `pg_catalog` is printed with its namespace, so that a user's own type called `text`
    /// is never taken for the built-in one.
    pub fn of(printed: &str) -> Self {
        let stripped = without_modifiers(printed);
        match stripped.as_deref().unwrap_or(printed) {
            "smallint" => Self::SmallInt,
            "integer" => Self::Integer,
            "bigint" => Self::BigInt,
            "real" => Self::Real,
            "double precision" => Self::DoublePrecision,
            "numeric" => Self::Numeric,
            "money" => Self::Money,
            "boolean" => Self::Boolean,
            "text" => Self::Text,
            "character varying" => Self::CharacterVarying,
            "character" | "bpchar" => Self::Character,
            "name" => Self::Name,
            "bytea" => Self::Bytea,
            "date" => Self::Date,
            "time without time zone" => Self::Time,
            "time with time zone" => Self::TimeTz,
            "timestamp without time zone" => Self::Timestamp,
            "timestamp with time zone" => Self::TimestampTz,
            _ => Self::Other,
        }
    }

    /// Whether a column of this type can be made by `serial` of some width.
    pub fn is_integer(self) -> bool {
        matches!(self, Self::SmallInt | Self::Integer | Self::BigInt)
    }
}

/// A type's printed form without length, precision and scale, `numeric(10,2)` gives `numeric`; `None` where it has
/// none, or where a quoted name may hold the parentheses.
pub fn without_modifiers(printed: &str) -> Option<String> {
    match (printed.find('('), printed.find(')')) {
        (Some(open), Some(close)) if open < close && !printed.contains('"') => {
            Some(format!("{}{}", &printed[..open], &printed[close + 1..]))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::BaseType;

    #[test]
    fn modifiers_are_left_aside_and_user_types_are_not_mistaken() {
        assert_eq!(BaseType::of("numeric(10,2)"), BaseType::Numeric);
        assert_eq!(
            BaseType::of("timestamp(3) without time zone"),
            BaseType::Timestamp
        );
        assert_eq!(
            BaseType::of("character varying(80)"),
            BaseType::CharacterVarying
        );
        assert_eq!(BaseType::of("public.text"), BaseType::Other);
        assert_eq!(BaseType::of("text[]"), BaseType::Other);
        assert_eq!(BaseType::of("numeric(10,2)[]"), BaseType::Other);
        assert_eq!(BaseType::of("\"char\""), BaseType::Other);
        assert_eq!(BaseType::of("public.\"te(1)xt\""), BaseType::Other);
    }
}
