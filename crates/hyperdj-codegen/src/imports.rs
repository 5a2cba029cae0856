//! The imports that a file turns out to need, laid out as isort's rules in ruff lay them out.

use std::collections::{BTreeMap, BTreeSet};

use unicode_width::UnicodeWidthStr;

use crate::natural::member_order;

/// Names by module, and aliases of names.
#[derive(Default)]
pub(crate) struct Imports {
    names: BTreeMap<&'static str, BTreeSet<&'static str>>,
    aliases: BTreeSet<(&'static str, &'static str, String)>,
    /// Names of the module of types in the same package.
    beside: BTreeSet<String>,
}

impl Imports {
    /// Notes that a name of `hyperdjango.models` is used, and gives it back.
    pub(crate) fn model(&mut self, name: &'static str) -> &'static str {
        self.name("hyperdjango.models", name);
        name
    }

    /// Notes that a name of a module is used.
    pub(crate) fn name(&mut self, module: &'static str, name: &'static str) {
        self.names.entry(module).or_default().insert(name);
    }

    /// Notes that a name is used under another.
    pub(crate) fn alias(&mut self, module: &'static str, name: &'static str, alias: &str) {
        self.aliases.insert((module, name, alias.to_owned()));
    }

    /// Notes that a name of the module of types in the same package is used.
    pub(crate) fn beside(&mut self, name: &str) {
        self.beside.insert(name.to_owned());
    }

    /// Every name: its module, and what it is used under.
    pub(crate) fn all(&self) -> BTreeSet<(&'static str, &'static str, String)> {
        let names = self.names.iter().flat_map(|(module, names)| {
            names
                .iter()
                .map(|name| (*module, *name, (*name).to_owned()))
        });
        names.chain(self.aliases.iter().cloned()).collect()
    }

    /// The import statements: the standard library's, an empty line, the package's.
    pub(crate) fn text(&self) -> String {
        let mut modules: BTreeSet<&'static str> = self.names.keys().copied().collect();
        modules.extend(self.aliases.iter().map(|(module, ..)| *module));
        let (package, standard): (Vec<&str>, Vec<&str>) = modules
            .into_iter()
            .partition(|module| module.starts_with("hyperdjango"));
        let mut text = String::new();
        for group in [standard, package] {
            if !text.is_empty() && !group.is_empty() {
                text.push('\n');
            }
            for module in group {
                self.push_module(&mut text, module);
            }
        }
        if !self.beside.is_empty() {
            let names: Vec<&str> = self.beside.iter().map(String::as_str).collect();
            text.push('\n');
            text.push_str(&import_statement(".database_types", &names));
            text.push('\n');
        }
        text
    }

    /// The statements of a module: one for all plain names, one for each alias, in the order of their first names.
    fn push_module(&self, text: &mut String, module: &str) {
        let mut statements: Vec<(&str, bool, String)> = Vec::new();
        if let Some(names) = self.names.get(module) {
            let names: Vec<&str> = names.iter().copied().collect();
            let statement = import_statement(module, &names);
            statements.push((names.first().copied().unwrap_or_default(), false, statement));
        }
        for (from, name, alias) in &self.aliases {
            if *from == module {
                let statement = format!("from {module} import {name} as {alias}");
                statements.push((name, true, statement));
            }
        }
        statements.sort();
        for (.., statement) in statements {
            text.push_str(&statement);
            text.push('\n');
        }
    }
}

/// An import of names, one to a line where they don't fit on one.
pub fn import_statement(module: &str, names: &[&str]) -> String {
    let mut names = names.to_vec();
    names.sort_by(|left, right| member_order(left, right));
    let statement = format!("from {module} import {}", names.join(", "));
    if statement.width() <= 88 {
        return statement;
    }
    format!("from {module} import (\n    {},\n)", names.join(",\n    "))
}

#[cfg(test)]
mod tests {
    use super::Imports;

    #[test]
    fn aliases_stand_among_the_plain_names() {
        let mut imports = Imports::default();
        imports.name("datetime", "time");
        imports.alias("datetime", "date", "date_");
        imports.alias("datetime", "time", "time_");
        imports.model("Model");
        assert_eq!(
            imports.text(),
            "from datetime import date as date_\nfrom datetime import time\nfrom datetime import time as time_\n\n\
             from hyperdjango.models import Model\n"
        );
    }
}
