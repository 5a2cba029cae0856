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

    fn push_module(&self, text: &mut String, module: &str) {
        if let Some(names) = self.names.get(module) {
            let names: Vec<&str> = names.iter().copied().collect();
            let line = format!("from {module} import {}", names.join(", "));
            if line.width() <= 88 {
                text.push_str(&line);
                text.push('\n');
            } else {
                text.push_str(&format!("from {module} import (\n"));
                for name in names {
                    text.push_str(&format!("    {name},\n"));
                }
                text.push_str(")\n");
            }
        }
        for (from, name, alias) in &self.aliases {
            if *from == module {
                text.push_str(&format!("from {module} import {name} as {alias}\n"));
            }
        }
    }
}
