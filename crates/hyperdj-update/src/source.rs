//! A file as it was parsed: its statements, and where lines, comments and indentation are.

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::{Expr, ModModule, Stmt, StmtClassDef};
use ruff_python_parser::{Parsed, parse_module};
use ruff_text_size::{Ranged, TextRange};

use crate::{Error, File};

/// A file and its syntax tree.
pub(crate) struct Source<'f> {
    pub(crate) text: &'f str,
    parsed: Parsed<ModModule>,
}

impl<'f> Source<'f> {
    pub(crate) fn parse(file: &'f File) -> Result<Self, Error> {
        Self::parse_text(&file.path, &file.text)
    }

    pub(crate) fn parse_text(path: &str, text: &'f str) -> Result<Self, Error> {
        let parsed = parse_module(text).map_err(|error| {
            let place = usize::from(error.location.start()).min(text.len());
            Error::Syntax {
                path: path.to_owned(),
                line: text[..place].matches('\n').count() + 1,
                message: error.error.to_string(),
            }
        })?;
        Ok(Self { text, parsed })
    }

    /// The statements at the top.
    pub(crate) fn body(&self) -> &[Stmt] {
        &self.parsed.syntax().body
    }

    /// The last class of a name, which is the one that Python has in the end.
    pub(crate) fn class(&self, name: &str) -> Option<&StmtClassDef> {
        let classes = self.body().iter().rev().filter_map(Stmt::as_class_def_stmt);
        classes
            .into_iter()
            .find(|class| class.name.as_str() == name)
    }

    /// The value that is assigned to a name at the top, and the statement.
    pub(crate) fn assigned(&self, name: &str) -> Option<(&Stmt, &Expr)> {
        assigned(self.body(), name)
    }

    pub(crate) fn slice(&self, range: TextRange) -> &'f str {
        &self.text[range]
    }

    /// Where the line of a place begins.
    pub(crate) fn line_start(&self, place: usize) -> usize {
        self.text[..place].rfind('\n').map_or(0, |found| found + 1)
    }

    /// Where the line of a place ends, without its line break.
    pub(crate) fn line_end(&self, place: usize) -> usize {
        let end = self.text[place..]
            .find('\n')
            .map_or(self.text.len(), |found| place + found);
        match self.text[..end].ends_with('\r') && end > place {
            true => end - 1,
            false => end,
        }
    }

    /// Where the line behind that of a place begins.
    pub(crate) fn next_line(&self, place: usize) -> usize {
        self.text[place..]
            .find('\n')
            .map_or(self.text.len(), |found| place + found + 1)
    }

    /// The white space in front of what stands at a place, if nothing else is.
    pub(crate) fn indent(&self, place: usize) -> &'f str {
        let before = &self.text[self.line_start(place)..place];
        match before.trim().is_empty() {
            true => before,
            false => "",
        }
    }

    /// Whether there is a comment in a range.
    pub(crate) fn has_comment(&self, range: TextRange) -> bool {
        self.parsed
            .tokens()
            .in_range(range)
            .iter()
            .any(|token| token.kind() == TokenKind::Comment)
    }

    /// Where the first token of a kind stands between two places.
    pub(crate) fn token(&self, kind: TokenKind, start: usize, end: usize) -> Option<TextRange> {
        let tokens = self.parsed.tokens().iter();
        let mut found = tokens
            .skip_while(|token| usize::from(token.start()) < start)
            .take_while(|token| usize::from(token.end()) <= end);
        found
            .find(|token| token.kind() == kind)
            .map(|token| token.range())
    }

    /// What the file indents by: as much as the body of its first class.
    pub(crate) fn step(&self) -> &'f str {
        let mut classes = self.body().iter().filter_map(Stmt::as_class_def_stmt);
        let first = classes.find_map(|class| class.body.first());
        first.map_or("    ", |part| self.indent(places(part).0))
    }

    /// What the file breaks lines with.
    pub(crate) fn line_break(&self) -> &'static str {
        match self.text.contains("\r\n") {
            true => "\r\n",
            false => "\n",
        }
    }
}

/// The value that a body assigns to a name last, and the statement.
pub(crate) fn assigned<'b>(body: &'b [Stmt], name: &str) -> Option<(&'b Stmt, &'b Expr)> {
    body.iter().rev().find_map(|statement| match statement {
        Stmt::Assign(found) => {
            let is_it =
                matches!(found.targets.as_slice(), [Expr::Name(target)] if target.id == name);
            is_it.then_some((statement, &*found.value))
        }
        Stmt::AnnAssign(found) => {
            let is_it = matches!(&*found.target, Expr::Name(target) if target.id == name);
            Some((statement, found.value.as_deref()?)).filter(|_| is_it)
        }
        _ => None,
    })
}

/// Places of a node, in bytes.
pub(crate) fn places(node: &impl Ranged) -> (usize, usize) {
    (node.start().into(), node.end().into())
}
