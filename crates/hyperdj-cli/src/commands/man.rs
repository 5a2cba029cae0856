//! `hyper man`: the manual pages, made of the help texts.

use std::path::Path;

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use crate::arguments::{Arguments, ManArguments};
use crate::output::write;
use crate::{Failure, Printer, Status};

pub(crate) fn run(arguments: &ManArguments, printer: &mut Printer) -> Result<Status, Failure> {
    let mut command = Arguments::command();
    command.build();
    let Some(folder) = &arguments.output else {
        printer.data(&page(&command)?)?;
        return Ok(Status::Done);
    };
    if !folder.is_dir() {
        return Err(
            Failure::new(format!("there is no folder {}", folder.display()))
                .with_hint("Make it first: mkdir -p"),
        );
    }
    let number = write_pages(&command, folder)?;
    printer.line(&format!("Wrote {number} pages into {}.", folder.display()));
    Ok(Status::Done)
}

/// Writes the page of a command and those of its verbs; how many.
fn write_pages(command: &Command, folder: &Path) -> Result<usize, Failure> {
    let mut number = 1;
    let file = folder.join(Man::new(command.clone()).get_filename());
    write(&file, &page(command)?, true)?;
    for verb in command.get_subcommands() {
        if !verb.is_hide_set() {
            number += write_pages(verb, folder)?;
        }
    }
    Ok(number)
}

/// A page in roff, without the day on which it was made: the same build gives the same pages.
fn page(command: &Command) -> Result<String, Failure> {
    let examples = command.get_after_help().map(ToString::to_string);
    let man = Man::new(command.clone().after_help(""))
        .manual("hyper")
        .source(concat!("hyper ", env!("CARGO_PKG_VERSION")));
    let mut text = Vec::new();
    man.render_title(&mut text)
        .and_then(|()| man.render_name_section(&mut text))
        .and_then(|()| man.render_synopsis_section(&mut text))
        .and_then(|()| man.render_description_section(&mut text))
        .and_then(|()| man.render_options_section(&mut text))
        .and_then(|()| match command.has_subcommands() {
            true => man.render_subcommands_section(&mut text),
            false => Ok(()),
        })
        .map_err(|error| Failure::new(format!("the manual page can't be made: {error}")))?;
    let mut text =
        String::from_utf8(text).map_err(|_| Failure::new("the manual page is not UTF-8"))?;
    if let Some(examples) = examples {
        text.push_str(&plain_section(&examples));
    }
    Ok(ascii(&text))
}

/// What stands below the options, line by line as it was written. Its first line, `Examples:`, is the heading.
fn plain_section(text: &str) -> String {
    let (heading, rest) = match text.split_once('\n') {
        Some((first, rest)) if first.starts_with("Example") => ("EXAMPLES", rest),
        _ => ("NOTES", text),
    };
    let mut section = format!(".SH {heading}\n.nf\n");
    for line in rest.lines() {
        // A line that begins so would be a request.
        if line.starts_with(['.', '\'']) {
            section.push_str("\\&");
        }
        section.push_str(&line.replace('\\', "\\e").replace('-', "\\-"));
        section.push('\n');
    }
    section.push_str(".fi\n");
    section
}

/// Other characters than ASCII by their numbers, which every roff knows.
fn ascii(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii() {
            plain.push(character);
        } else {
            plain.push_str(&format!("\\[u{:04X}]", u32::from(character)));
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_examples_are_no_requests() {
        assert_eq!(
            plain_section("Examples:\n  a --b\n.SH x\n\\n"),
            ".SH EXAMPLES\n.nf\n  a \\-\\-b\n\\&.SH x\n\\en\n.fi\n"
        );
        assert_eq!(ascii("a … b"), "a \\[u2026] b");
    }
}
