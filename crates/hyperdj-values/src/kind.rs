//! Which types are read and written in binary.

use crate::Oid;

/// A scalar type that is read and written in binary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Kind {
    Bool,
    Int2,
    Int4,
    Int8,
    Oid,
    Float4,
    Float8,
    Numeric,
    /// `text`, `varchar`, `char(n)`, `name`, and literals of a type not yet known.
    Text,
    Bytea,
    Uuid,
    Date,
    Time,
    TimeTz,
    Timestamp,
    TimestampTz,
    Interval,
    Json,
    Jsonb,
    Int4Range,
    Int8Range,
    NumRange,
    DateRange,
    TsRange,
    TsTzRange,
}

impl Kind {
    /// The type's name in SQL.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bool => "boolean",
            Self::Int2 => "smallint",
            Self::Int4 => "integer",
            Self::Int8 => "bigint",
            Self::Oid => "oid",
            Self::Float4 => "real",
            Self::Float8 => "double precision",
            Self::Numeric => "numeric",
            Self::Text => "text",
            Self::Bytea => "bytea",
            Self::Uuid => "uuid",
            Self::Date => "date",
            Self::Time => "time",
            Self::TimeTz => "time with time zone",
            Self::Timestamp => "timestamp without time zone",
            Self::TimestampTz => "timestamp with time zone",
            Self::Interval => "interval",
            Self::Json => "json",
            Self::Jsonb => "jsonb",
            Self::Int4Range => "int4range",
            Self::Int8Range => "int8range",
            Self::NumRange => "numrange",
            Self::DateRange => "daterange",
            Self::TsRange => "tsrange",
            Self::TsTzRange => "tstzrange",
        }
    }

    /// What the ends of a range are; none for any other type.
    pub const fn of_ends(self) -> Option<Self> {
        Some(match self {
            Self::Int4Range => Self::Int4,
            Self::Int8Range => Self::Int8,
            Self::NumRange => Self::Numeric,
            Self::DateRange => Self::Date,
            Self::TsRange => Self::Timestamp,
            Self::TsTzRange => Self::TimestampTz,
            _ => return None,
        })
    }
}

/// What is known about a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Type {
    /// One value.
    Scalar(Kind),
    /// An array.
    Array {
        /// The kind of its elements.
        kind: Kind,
        /// The type of its elements.
        element: Oid,
    },
    /// A type that is passed on in PostgreSQL's text form.
    Other,
}

/// Every type, its array type and its kind. Their numbers are fixed (PostgreSQL's `pg_type.dat`).
const TYPES: [(Oid, Oid, Kind); 29] = [
    (16, 1000, Kind::Bool),
    (17, 1001, Kind::Bytea),
    (19, 1003, Kind::Text),
    (20, 1016, Kind::Int8),
    (21, 1005, Kind::Int2),
    (23, 1007, Kind::Int4),
    (25, 1009, Kind::Text),
    (26, 1028, Kind::Oid),
    (114, 199, Kind::Json),
    (700, 1021, Kind::Float4),
    (701, 1022, Kind::Float8),
    (705, 0, Kind::Text),
    (1042, 1014, Kind::Text),
    (1043, 1015, Kind::Text),
    (1082, 1182, Kind::Date),
    (1083, 1183, Kind::Time),
    (1114, 1115, Kind::Timestamp),
    (1184, 1185, Kind::TimestampTz),
    (1186, 1187, Kind::Interval),
    (1266, 1270, Kind::TimeTz),
    (1700, 1231, Kind::Numeric),
    (2950, 2951, Kind::Uuid),
    (3802, 3807, Kind::Jsonb),
    (3904, 3905, Kind::Int4Range),
    (3906, 3907, Kind::NumRange),
    (3908, 3909, Kind::TsRange),
    (3910, 3911, Kind::TsTzRange),
    (3912, 3913, Kind::DateRange),
    (3926, 3927, Kind::Int8Range),
];

impl Type {
    /// What is known about the type with this number.
    pub fn of(oid: Oid) -> Self {
        for (scalar, array, kind) in TYPES {
            if oid == scalar {
                return Self::Scalar(kind);
            }
            if oid == array && array != 0 {
                return Self::Array {
                    kind,
                    element: scalar,
                };
            }
        }
        Self::Other
    }

    /// Whether values are read and written in binary; others travel as text.
    pub const fn is_binary(self) -> bool {
        !matches!(self, Self::Other)
    }
}
