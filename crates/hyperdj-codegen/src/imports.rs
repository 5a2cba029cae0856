//! The imports that a file turns out to need, laid out as isort's rules in ruff lay them out.

use std::collections::{BTreeMap, BTreeSet};

use unicode_width::UnicodeWidthStr;

/// Names by module, and aliases of names.
#[derive(Default)]
pub(crate) struct Imports {
    names: BTreeMap<&'static str, BTreeSet<&'static str>>,
    aliases: BTreeSet<(&'static str, &'static str, String)>,
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
        text
    }

    /// The statements of a module: one for all plain names, one for each alias, in the order of their first names.
    fn push_module(&self, text: &mut String, module: &str) {
        let mut statements: Vec<(&str, bool, String)> = Vec::new();
        if let Some(names) = self.names.get(module) {
            let names: Vec<&str> = names.iter().copied().collect();
            let mut statement = format!("from {module} import {}", names.join(", "));
            if statement.width() > 88 {
                statement = format!("from {module} import (\n    {},\n)", names.join(",\n    "));
            }
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
