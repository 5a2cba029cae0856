//! `Meta.constraints`: what the marks on the fields don't say of keys, and all that no field can say.

use hyperdj_schema::{
    Deferrable, ForeignKey, MatchType, PrimaryKey, ReferentialAction, Relation, Unique, check_name,
    columns_read, exclusion_columns, exclusion_name, foreign_key_name, primary_key_name,
    unique_name,
};

use crate::class::{ClassContext, is_primary_key, push_options, text};
use crate::field::marked_foreign_key;
use crate::layout::{Argument, Expression};

/// The constraints of a relation that are to be written, by kind and then by name, each with its name.
///
/// What came from a partitioned table is the parent's to say, unless it has a name of its own here.
pub(crate) fn constraints(
    context: &mut ClassContext<'_, '_>,
    relation: &Relation,
) -> Vec<(String, Expression)> {
    let mut found = Vec::new();
    if let Some(key) = &relation.primary_key {
        let said = primary_key(context, relation, key);
        found.extend(said.map(|said| (key.name.clone(), said)));
    }
    for constraint in &relation.uniques {
        let said = unique(context, relation, constraint);
        found.extend(said.map(|said| (constraint.name.clone(), said)));
    }
    for key in &relation.foreign_keys {
        let said = foreign_key(context, relation, key);
        found.extend(said.map(|said| (key.name.clone(), said)));
    }
    for check in relation.checks.iter().filter(|check| !check.inherited) {
        let mut arguments = vec![Argument::new(text(&check.expression))];
        let usual = check_name(
            &relation.name.name,
            &columns_read(&check.expression, &relation.columns),
        );
        push_name(&mut arguments, &check.name, &usual);
        if check.no_inherit {
            push_flag(&mut arguments, "no_inherit", true);
        }
        if !check.validated {
            push_flag(&mut arguments, "validated", false);
        }
        push_comment(&mut arguments, check.comment.as_deref());
        let said = Expression::call(context.module.imports.model("Check"), arguments);
        found.push((check.name.clone(), said));
    }
    for exclusion in relation.exclusions.iter().filter(|found| !found.inherited) {
        let mut arguments = vec![Argument::new(text(&exclusion.definition))];
        let columns = exclusion_columns(&exclusion.definition, &relation.columns);
        let usual = exclusion_name(&relation.name.name, columns.iter().map(String::as_str));
        push_name(&mut arguments, &exclusion.name, &usual);
        push_comment(&mut arguments, exclusion.comment.as_deref());
        let said = Expression::call(context.module.imports.model("Exclude"), arguments);
        found.push((exclusion.name.clone(), said));
    }
    found
}

fn primary_key(
    context: &mut ClassContext<'_, '_>,
    relation: &Relation,
    key: &PrimaryKey,
) -> Option<Expression> {
    let mut arguments = Vec::new();
    push_name(
        &mut arguments,
        &key.name,
        &primary_key_name(&relation.name.name),
    );
    push_index(
        context,
        &mut arguments,
        &key.include,
        &key.options,
        key.tablespace.as_deref(),
    );
    push_deferrable(&mut arguments, key.deferrable);
    push_comment(&mut arguments, key.comment.as_deref());
    (!arguments.is_empty())
        .then(|| Expression::call(context.module.imports.model("PrimaryKey"), arguments))
}

fn unique(
    context: &mut ClassContext<'_, '_>,
    relation: &Relation,
    unique: &Unique,
) -> Option<Expression> {
    let columns = unique.columns.iter().chain(&unique.include);
    let usual = unique_name(&relation.name.name, columns.map(String::as_str));
    let mut facts = Vec::new();
    push_name(&mut facts, &unique.name, &usual);
    push_index(
        context,
        &mut facts,
        &unique.include,
        &unique.options,
        unique.tablespace.as_deref(),
    );
    if unique.nulls_not_distinct {
        push_flag(&mut facts, "nulls_not_distinct", true);
    }
    push_deferrable(&mut facts, unique.deferrable);
    push_comment(&mut facts, unique.comment.as_deref());
    // One column with nothing more to say is the mark on its field, unless several constraints share it.
    let same = relation
        .uniques
        .iter()
        .filter(|other| other.columns == unique.columns);
    let is_said = unique.inherited || (unique.columns.len() == 1 && same.count() == 1);
    if is_said && facts.is_empty() {
        return None;
    }
    let fields = context
        .field_list(&unique.columns)
        .into_iter()
        .map(Argument::new);
    let arguments = fields.chain(facts).collect();
    Some(Expression::call(
        context.module.imports.model("Unique"),
        arguments,
    ))
}

fn foreign_key(
    context: &mut ClassContext<'_, '_>,
    relation: &Relation,
    key: &ForeignKey,
) -> Option<Expression> {
    if key.inherited {
        return None;
    }
    let columns = key.columns.iter().map(String::as_str);
    let usual = foreign_key_name(&relation.name.name, columns);
    let is_marked = matches!(key.columns.as_slice(), [column]
        if marked_foreign_key(relation, column).is_some_and(|marked| std::ptr::eq(marked, key)));
    let mut facts = Vec::new();
    push_name(&mut facts, &key.name, &usual);
    if !is_marked {
        for (keyword, action) in [("on_delete", key.on_delete), ("on_update", key.on_update)] {
            if action != ReferentialAction::NoAction {
                facts.push(Argument::named(keyword, text(action.as_sql())));
            }
        }
    }
    if key.match_type == MatchType::Full {
        facts.push(Argument::named("match", text("FULL")));
    }
    if !key.on_delete_columns.is_empty() {
        let fields = context.field_list(&key.on_delete_columns);
        facts.push(Argument::named("set_columns", Expression::List(fields)));
    }
    push_deferrable(&mut facts, key.deferrable);
    if !key.validated {
        push_flag(&mut facts, "validated", false);
    }
    push_comment(&mut facts, key.comment.as_deref());
    if is_marked && facts.is_empty() {
        return None;
    }

    let mut fields = context.field_list(&key.columns);
    let first = match fields.len() {
        1 => fields.remove(0),
        _ => Expression::List(fields),
    };
    let mut arguments = vec![Argument::new(first)];
    if !is_marked {
        push_target(context, &mut arguments, key);
    }
    arguments.extend(facts);
    Some(Expression::call(
        context.module.imports.model("ForeignKey"),
        arguments,
    ))
}

/// The referenced table, and its columns where they are not its primary key.
fn push_target(
    context: &mut ClassContext<'_, '_>,
    arguments: &mut Vec<Argument>,
    key: &ForeignKey,
) {
    let Some((class, target)) = context.module.target_class(&key.target) else {
        let table = context.module.table(&key.target, &key.target_columns);
        arguments.push(Argument::new(table));
        return;
    };
    arguments.push(Argument::new(text(&class)));
    if !is_primary_key(target, &key.target_columns) {
        let names = context.module.field_names(target);
        let fields = key
            .target_columns
            .iter()
            .map(|column| text(names.get(column.as_str()).map_or("", String::as_str)))
            .collect();
        arguments.push(Argument::new(Expression::List(fields)));
    }
}

/// `name=…` where it is not the name that PostgreSQL would give.
pub(crate) fn push_name(arguments: &mut Vec<Argument>, name: &str, usual: &str) {
    if name != usual {
        arguments.push(Argument::named("name", text(name)));
    }
}

pub(crate) fn push_comment(arguments: &mut Vec<Argument>, comment: Option<&str>) {
    if let Some(comment) = comment {
        arguments.push(Argument::named("comment", text(comment)));
    }
}

pub(crate) fn push_flag(arguments: &mut Vec<Argument>, keyword: &'static str, value: bool) {
    let code = if value { "True" } else { "False" };
    arguments.push(Argument::named(keyword, Expression::Atom(code.to_owned())));
}

/// What the index behind a constraint, or an index itself, may have besides its keys.
pub(crate) fn push_index(
    context: &ClassContext<'_, '_>,
    arguments: &mut Vec<Argument>,
    include: &[String],
    options: &[(String, String)],
    tablespace: Option<&str>,
) {
    if !include.is_empty() {
        let fields = context.field_list(include);
        arguments.push(Argument::named("include", Expression::List(fields)));
    }
    push_options(arguments, options);
    if let Some(tablespace) = tablespace {
        arguments.push(Argument::named("tablespace", text(tablespace)));
    }
}

fn push_deferrable(arguments: &mut Vec<Argument>, deferrable: Deferrable) {
    let word = match deferrable {
        Deferrable::No => return,
        Deferrable::Immediate => "immediate",
        Deferrable::Deferred => "deferred",
    };
    arguments.push(Argument::named("deferrable", text(word)));
}
