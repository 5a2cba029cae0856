//! A name for a migration, from what it does.

use hyperdj_change::Change;
use hyperdj_schema::QualifiedName;

/// As long as a name gets.
const LONGEST: usize = 50;

/// The name: `add_email_to_customers`, `create_orders`, `change_customers`.
pub(super) fn name_of(changes: &[Change], is_first: bool) -> String {
    let main: Vec<&Change> = changes.iter().filter(|change| !is_minor(change)).collect();
    let name = match main.as_slice() {
        [] => "change_comments".to_owned(),
        [change] => of_one(change),
        changes => {
            let created: Vec<&str> = changes
                .iter()
                .filter_map(|change| created(change))
                .collect();
            let mut tables: Vec<&str> = changes.iter().filter_map(|change| table(change)).collect();
            tables.sort_unstable();
            tables.dedup();
            match (created.as_slice(), tables.as_slice()) {
                ([one], [_] | []) => format!("create_{one}"),
                (made, _) if made.len() > 1 && is_first => "initial".to_owned(),
                (made, others) if made.len() > 1 && others.len() <= made.len() => {
                    format!("create_{}_tables", made.len())
                }
                (_, [table]) => format!("change_{table}"),
                (_, tables) => format!("change_{}_tables", tables.len().max(1)),
            }
        }
    };
    plain(&name)
}

/// What goes along with something else.
fn is_minor(change: &Change) -> bool {
    matches!(
        change,
        Change::Comment { .. }
            | Change::CreateNamespace(_)
            | Change::CreateSequence(_)
            | Change::OwnSequence { .. }
            | Change::SynchronizeSequence { .. }
            | Change::RenameSequence { .. }
    )
}

fn of_one(change: &Change) -> String {
    match change {
        Change::AddColumn { table, column, .. } => format!("add_{}_to_{}", column.name, table.name),
        Change::DropColumn { table, column, .. } => format!("drop_{column}_of_{}", table.name),
        Change::RenameColumn { table, from, to } => {
            format!("rename_{from}_to_{to}_in_{}", table.name)
        }
        Change::RenameTable { from, to, .. } => format!("rename_{}_to_{}", from.name, to.name),
        Change::AlterColumnType { table, to, .. } => {
            format!("change_type_of_{}_in_{}", to.name, table.name)
        }
        Change::CreateIndex { index, .. } => format!("add_{}", index.name),
        Change::AddConstraint { constraint, .. } => format!("add_{}", constraint.name()),
        Change::CreateView(view) => format!("create_{}", view.name.name),
        change => match (created(change), table(change)) {
            (Some(table), _) => format!("create_{table}"),
            (None, Some(table)) => format!("change_{table}"),
            (None, None) => "change_types".to_owned(),
        },
    }
}

fn created(change: &Change) -> Option<&str> {
    match change {
        Change::CreateTable { table, .. } => Some(&table.name.name),
        _ => None,
    }
}

/// The table that a change is about.
fn table(change: &Change) -> Option<&str> {
    let name: &QualifiedName = match change {
        Change::CreateTable { table, .. } => &table.name,
        Change::RenameTable { to, .. } => to,
        Change::AddColumn { table, .. }
        | Change::DropColumn { table, .. }
        | Change::RenameColumn { table, .. }
        | Change::AlterColumnType { table, .. }
        | Change::SetDefault { table, .. }
        | Change::DropDefault { table, .. }
        | Change::SetNotNull { table, .. }
        | Change::DropNotNull { table, .. }
        | Change::AddIdentity { table, .. }
        | Change::SetIdentity { table, .. }
        | Change::DropIdentity { table, .. }
        | Change::DropExpression { table, .. }
        | Change::AddConstraint { table, .. }
        | Change::DropConstraint { table, .. }
        | Change::RenameConstraint { table, .. }
        | Change::ValidateConstraint { table, .. } => table,
        Change::CreateIndex { relation, .. } | Change::DropIndex { relation, .. } => relation,
        _ => return None,
    };
    Some(&name.name)
}

/// A name of letters, digits and `_`.
pub(crate) fn plain(name: &str) -> String {
    let mut plain = String::new();
    for letter in name.chars() {
        if letter.is_ascii_alphanumeric() {
            plain.push(letter.to_ascii_lowercase());
        } else if !plain.ends_with('_') {
            plain.push('_');
        }
    }
    plain.truncate(LONGEST);
    match plain.trim_matches('_') {
        "" => "change".to_owned(),
        plain => plain.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn names_are_plain() {
        assert_eq!(plain("add_Größe to \"x\""), "add_gr_e_to_x");
        assert_eq!(plain("ö"), "change");
    }
}
