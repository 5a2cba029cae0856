//! `Meta.indexes`: indexes that no constraint owns and that `index=True` on a field does not say.

use hyperdj_schema::sql::quote_identifier;
use hyperdj_schema::{Index, IndexKey, KeyTarget, NullsOrder, Relation, index_name};

use crate::class::{ClassContext, name_pair, option_dictionary, text};
use crate::constraints::{push_comment, push_flag, push_index, push_name};
use crate::layout::{Argument, Expression};

/// The indexes of a relation that are to be written, in name order, each with its name.
pub(crate) fn indexes(
    context: &mut ClassContext<'_, '_>,
    relation: &Relation,
) -> Vec<(String, Expression)> {
    relation
        .indexes
        .iter()
        .filter(|index| marked_column(relation, index).is_none())
        .filter_map(|index| {
            let said = self::index(context, relation, index)?;
            Some((index.name.clone(), said))
        })
        .collect()
}

/// The column whose `index=True` says an index whole: a plain ascending btree of one column, under the usual name.
pub(crate) fn marked_column<'i>(relation: &Relation, index: &'i Index) -> Option<&'i str> {
    let [key] = index.keys.as_slice() else {
        return None;
    };
    let column = key.plain_column()?;
    let is_plain = index.method == "btree"
        && !index.unique
        && index.include.is_empty()
        && index.predicate.is_none()
        && index.options.is_empty()
        && index.tablespace.is_none()
        && index.valid
        && !index.inherited
        && index.comment.is_none()
        && index.name == index_name(&relation.name.name, index);
    is_plain.then_some(column)
}

fn index(
    context: &mut ClassContext<'_, '_>,
    relation: &Relation,
    index: &Index,
) -> Option<Expression> {
    let usual = index_name(&relation.name.name, index);
    if index.inherited && index.name == usual && index.comment.is_none() {
        return None;
    }
    let mut arguments: Vec<Argument> = Vec::new();
    for key in &index.keys {
        arguments.push(Argument::new(self::key(context, key)));
    }
    push_name(&mut arguments, &index.name, &usual);
    if index.unique {
        push_flag(&mut arguments, "unique", true);
    }
    if index.method != "btree" {
        arguments.push(Argument::named("method", text(&index.method)));
    }
    if let Some(predicate) = &index.predicate {
        arguments.push(Argument::named("where", text(predicate)));
    }
    push_index(
        context,
        &mut arguments,
        &index.include,
        &index.options,
        index.tablespace.as_deref(),
    );
    if index.nulls_not_distinct {
        push_flag(&mut arguments, "nulls_not_distinct", true);
    }
    if !index.valid {
        push_flag(&mut arguments, "valid", false);
    }
    push_comment(&mut arguments, index.comment.as_deref());
    Some(Expression::call(
        context.module.imports.model("Index"),
        arguments,
    ))
}

fn key(context: &mut ClassContext<'_, '_>, key: &IndexKey) -> Expression {
    if let Some(column) = key.plain_column() {
        return text(context.field(column));
    }
    let (function, target) = match &key.target {
        KeyTarget::Column(column) => ("IndexColumn", text(context.field(column))),
        KeyTarget::Expression(expression) => ("IndexExpression", text(expression)),
    };
    let mut arguments = vec![Argument::new(target)];
    if key.descending {
        push_flag(&mut arguments, "descending", true);
    }
    if let Some(nulls) = key.nulls {
        let word = match nulls {
            NullsOrder::First => "first",
            NullsOrder::Last => "last",
        };
        arguments.push(Argument::named("nulls", text(word)));
    }
    if let Some(class) = &key.operator_class {
        // As PostgreSQL prints it: what is not the system's own has its schema in front.
        let class = match class.schema.as_str() {
            "pg_catalog" => quote_identifier(&class.name).into_owned(),
            _ => class.to_string(),
        };
        arguments.push(Argument::named("operator_class", text(&class)));
    }
    if !key.operator_class_options.is_empty() {
        let options = option_dictionary(&key.operator_class_options);
        arguments.push(Argument::named("operator_class_options", options));
    }
    if let Some(collation) = &key.collation {
        arguments.push(Argument::named("collation", name_pair(collation)));
    }
    Expression::call(context.module.imports.model(function), arguments)
}
