//! Rich annotations (`--rich-types`): types that say more than PostgreSQL's text form.

use hyperdj_schema::{QualifiedName, sql::quote_identifier, without_modifiers};

use crate::class::ClassContext;
use crate::field::{PythonType, annotation};

/// The annotation of a column's type, without a word on NULL; `None` where the usual one is all there is to say.
pub(crate) fn rich_annotation(
    context: &mut ClassContext<'_, '_>,
    data_type: &str,
) -> Option<String> {
    if let Some(element) = data_type.strip_suffix("[]") {
        let inner = rich_annotation(context, element)
            .unwrap_or_else(|| context.type_name(annotation(element)));
        let list = context.type_name(PythonType::rich("builtins", "list"));
        return Some(format!("{list}[{inner}]"));
    }
    if let Some(class) = context.module.used_enum(data_type) {
        return Some(class);
    }
    let mut named = |module, name| context.type_name(PythonType::rich(module, name));
    Some(match data_type {
        "uuid" => named("uuid", "UUID"),
        "json" | "jsonb" => named("typing", "Any"),
        "inet" => format!(
            "{} | {}",
            named("ipaddress", "IPv4Address"),
            named("ipaddress", "IPv6Address")
        ),
        "cidr" => format!(
            "{} | {}",
            named("ipaddress", "IPv4Network"),
            named("ipaddress", "IPv6Network")
        ),
        _ if is_length_of_time(data_type) => named("datetime", "timedelta"),
        _ => {
            let (module, ends) = match data_type {
                "int4range" | "int8range" => ("builtins", "int"),
                "numrange" => ("decimal", "Decimal"),
                "daterange" => ("datetime", "date"),
                "tsrange" | "tstzrange" => ("datetime", "datetime"),
                _ => return None,
            };
            let ends = named(module, ends);
            let range = named("hyperdjango.models", "Range");
            format!("{range}[{ends}]")
        }
    })
}

/// Whether a type is an interval that may have days and less in it; one of months and years alone has no length.
fn is_length_of_time(data_type: &str) -> bool {
    let plain = without_modifiers(data_type);
    let plain = plain.as_deref().unwrap_or(data_type);
    match plain.strip_prefix("interval") {
        Some("") => true,
        Some(fields) => {
            fields.starts_with(' ') && !fields.contains("year") && !fields.contains("month")
        }
        None => false,
    }
}

/// A type outside of `pg_catalog` as `format_type` prints it.
pub(crate) fn printed(name: &QualifiedName) -> String {
    format!(
        "{}.{}",
        quote_identifier(&name.schema),
        quote_identifier(&name.name)
    )
}
