//! The diagram as a page: one file with the picture, a list with search, and a section for each table.

use std::collections::HashMap;

use hyperdj_schema::{QualifiedName, Relation};

use crate::escape::{escaped, escaped_name};
use crate::layout::layout;
use crate::svg::{InPage, STYLE, counted, picture};
use crate::{Diagram, Table};

const PAGE_STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The whole, with a line break behind it. The page asks for nothing from elsewhere, and forbids it.
pub fn html(diagram: &Diagram<'_>) -> String {
    let anchors: Vec<String> = diagram
        .tables
        .iter()
        .map(|table| anchor(&table.relation.name))
        .collect();
    let link = |number: usize| anchors[number].clone();
    let drawn = picture(diagram, &layout(diagram), Some(&InPage { link: &link }));
    let title = escaped(&diagram.title);
    let sums = format!(
        "{}, {}",
        counted(diagram.tables.len(), "table"),
        counted(diagram.lines.len(), "foreign key")
    );
    let mut text = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>Tables of {title}</title>\n<style>\n{STYLE}{PAGE_STYLE}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#tables\">Skip to the tables</a>\n\
         <header><h1>Tables of {title}</h1><p>{sums}</p></header>\n"
    );
    push_list(&mut text, diagram, &anchors);
    text.push_str("<main>\n<h2 id=\"diagram-head\">Diagram</h2>\n");
    text.push_str(
        "<p class=\"tools\" hidden><button type=\"button\" id=\"smaller\" aria-label=\"Smaller\">−</button>\
         <button type=\"button\" id=\"larger\" aria-label=\"Larger\">+</button>\
         <button type=\"button\" id=\"whole\">Fit</button><button type=\"button\" id=\"real\">100 %</button></p>\n",
    );
    text.push_str(&format!(
        "<div id=\"picture\" tabindex=\"0\" role=\"region\" aria-labelledby=\"diagram-head\">\n{drawn}</div>\n\
         <section id=\"tables\" tabindex=\"-1\" aria-labelledby=\"tables-head\">\n<h2 id=\"tables-head\">Tables</h2>\n"
    ));
    let places: HashMap<&QualifiedName, usize> = diagram
        .tables
        .iter()
        .enumerate()
        .map(|(place, table)| (&table.relation.name, place))
        .collect();
    for number in 0..diagram.tables.len() {
        push_table(&mut text, diagram, number, &anchors, &places);
    }
    text.push_str(&format!(
        "</section>\n</main>\n<script>\n{SCRIPT}</script>\n</body>\n</html>\n"
    ));
    text
}

/// Where a page tells of a table: the same for the same name, and nothing but letters, digits and a few signs.
fn anchor(name: &QualifiedName) -> String {
    let mut anchor = String::from("table-");
    for character in format!("{}.{}", name.schema, name.name).chars() {
        if character.is_ascii_alphanumeric() || "_.-".contains(character) {
            anchor.push(character);
        } else {
            anchor.push_str(&format!("~{:x}~", character as u32));
        }
    }
    anchor
}

fn push_list(text: &mut String, diagram: &Diagram<'_>, anchors: &[String]) {
    text.push_str(
        "<nav aria-label=\"Tables\">\n<label for=\"search\">Search tables and columns</label>\n\
         <input id=\"search\" type=\"search\" autocomplete=\"off\" spellcheck=\"false\" aria-describedby=\"found\">\n\
         <p id=\"found\" role=\"status\"></p>\n<ul id=\"list\">\n",
    );
    for (table, anchor) in diagram.tables.iter().zip(anchors) {
        let name = escaped_name(&diagram.shown(&table.relation.name));
        let columns: Vec<String> = table.rows.iter().map(|row| escaped(row.name)).collect();
        text.push_str(&format!(
            "<li data-columns=\"{}\"><a href=\"#{anchor}\">{name}</a></li>\n",
            columns.join(" ")
        ));
    }
    text.push_str("</ul>\n</nav>\n");
}

fn push_table(
    text: &mut String,
    diagram: &Diagram<'_>,
    number: usize,
    anchors: &[String],
    places: &HashMap<&QualifiedName, usize>,
) {
    let table = &diagram.tables[number];
    let relation = table.relation;
    let (anchor, name) = (
        &anchors[number],
        escaped_name(&diagram.shown(&relation.name)),
    );
    text.push_str(&format!(
        "<article id=\"{anchor}\" tabindex=\"-1\" aria-labelledby=\"head-{number}\">\n<h3 id=\"head-{number}\">{name} <span class=\"kind\">{}</span></h3>\n\
         <p class=\"there\"><a href=\"#box-{number}\" aria-label=\"{name} in the diagram\">in the diagram</a></p>\n",
        relation.kind.singular()
    ));
    if let Some(comment) = &relation.comment {
        text.push_str(&format!("<p>{}</p>\n", escaped(comment)));
    }
    if let Some(partition_by) = &relation.partition_by {
        text.push_str(&format!(
            "<p>Partitioned by {}: {}.</p>\n",
            escaped(partition_by),
            counted(table.partitions, "partition")
        ));
    }
    text.push_str(
        "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Columns\"><table>\n<thead><tr><th scope=\"col\">Column</th>\
         <th scope=\"col\">Type</th><th scope=\"col\">Key</th><th scope=\"col\">Default</th><th scope=\"col\">Comment</th></tr></thead>\n<tbody>\n",
    );
    for place in 0..table.rows.len() {
        push_column(text, diagram, table, place, anchors, places);
    }
    text.push_str("</tbody>\n</table></div>\n");
    push_constraints(text, relation);
    let mut referring: Vec<usize> = diagram
        .lines
        .iter()
        .filter(|line| line.to == number)
        .map(|line| line.from)
        .collect();
    referring.dedup();
    if !referring.is_empty() {
        let links = referring.iter().map(|&from| {
            let name = escaped_name(&diagram.shown(&diagram.tables[from].relation.name));
            format!("<a href=\"#{}\">{name}</a>", anchors[from])
        });
        let links: Vec<String> = links.collect();
        text.push_str(&format!("<p>Referred to by {}.</p>\n", links.join(", ")));
    }
    text.push_str("</article>\n");
}

fn push_column(
    text: &mut String,
    diagram: &Diagram<'_>,
    table: &Table<'_>,
    place: usize,
    anchors: &[String],
    places: &HashMap<&QualifiedName, usize>,
) {
    let row = &table.rows[place];
    let column = &table.relation.columns[place];
    let mut keys = Vec::new();
    if row.primary {
        keys.push("primary".to_owned());
    }
    if row.unique {
        keys.push("unique".to_owned());
    }
    if let Some((target, target_column)) = row.references {
        let name = escaped(&format!("{}.{target_column}", diagram.shown(target)));
        keys.push(match places.get(target) {
            Some(&to) => format!("→ <a href=\"#{}\">{name}</a>", anchors[to]),
            None => format!("→ {name}"),
        });
    }
    let computed = column
        .generated
        .as_ref()
        .map(|own| format!("computed: {}", own.expression));
    let counted = (column.identity.is_some() || column.serial.is_some())
        .then(|| "the next number".to_owned());
    let default = column
        .default
        .clone()
        .or(computed)
        .or(counted)
        .unwrap_or_default();
    let null = if column.nullable { "" } else { " NOT NULL" };
    text.push_str(&format!(
        "<tr><th scope=\"row\">{}</th><td>{}{null}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
        escaped_name(row.name),
        escaped(&column.data_type),
        keys.join(", "),
        escaped(&default),
        escaped(row.comment.unwrap_or_default())
    ));
}

/// Checks, and indexes by their names: what no column says.
fn push_constraints(text: &mut String, relation: &Relation) {
    let checks = relation
        .checks
        .iter()
        .map(|check| format!("check {}", check.expression));
    let exclusions = relation.exclusions.iter().map(|own| own.definition.clone());
    let indexes = relation.indexes.iter().map(|index| {
        let unique = if index.unique {
            "unique index"
        } else {
            "index"
        };
        format!("{unique} {}", index.name)
    });
    let told: Vec<String> = checks
        .chain(exclusions)
        .chain(indexes)
        .map(|line| format!("<li>{}</li>", escaped(&line)))
        .collect();
    if !told.is_empty() {
        text.push_str(&format!("<ul class=\"rules\">{}</ul>\n", told.join("")));
    }
}
