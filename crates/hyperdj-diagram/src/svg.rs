//! The diagram as a picture: SVG with its own style, light and dark, and nothing from elsewhere.

use crate::Diagram;
use crate::escape::{escaped, escaped_name};
use crate::layout::{Curve, HEAD, Layout, MARK, PADDING, Placed, ROW, layout, shortened};

/// The colours and fonts, the same in the page.
pub(crate) const STYLE: &str = include_str!("svg.css");

/// The whole, with a line break behind it.
pub fn svg(diagram: &Diagram<'_>) -> String {
    picture(diagram, &layout(diagram), None)
}

/// What a picture in a page has beside one by itself.
pub(crate) struct InPage<'a> {
    /// The place in the page that tells of a table.
    pub(crate) link: &'a dyn Fn(usize) -> String,
}

pub(crate) fn picture(diagram: &Diagram<'_>, layout: &Layout, page: Option<&InPage<'_>>) -> String {
    let (width, height) = (layout.width.ceil(), layout.height.ceil());
    let title = escaped(&format!("Tables of {}", diagram.title));
    let about = format!(
        "{} and {} between them.",
        counted(diagram.tables.len(), "table"),
        counted(diagram.lines.len(), "foreign key")
    );
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         role=\"group\" aria-labelledby=\"picture-title picture-about\">\n<title id=\"picture-title\">{title}</title>\n\
         <desc id=\"picture-about\">{about}</desc>\n"
    );
    if page.is_none() {
        text.push_str(&format!("<style>\n{STYLE}</style>\n"));
    }
    text.push_str(&format!(
        "<rect class=\"paper\" width=\"{width}\" height=\"{height}\"/>\n"
    ));
    text.push_str("<g class=\"lines\">\n");
    for curve in &layout.curves {
        push_curve(&mut text, diagram, curve);
    }
    text.push_str("</g>\n");
    for (number, placed) in layout.boxes.iter().enumerate() {
        push_box(&mut text, diagram, number, placed, page);
    }
    text.push_str("</svg>\n");
    text
}

fn push_curve(text: &mut String, diagram: &Diagram<'_>, curve: &Curve) {
    let line = &diagram.lines[curve.line];
    let Some((first, rest)) = curve.points.split_first() else {
        return;
    };
    let mut path = format!("M{:.1} {:.1}", first.0, first.1);
    let mut last = *first;
    if line.from == line.to {
        for point in rest {
            path.push_str(&format!("L{:.1} {:.1}", point.0, point.1));
        }
    } else {
        for &point in rest {
            // Level at both ends, so that a line leaves a box as it enters the next.
            let middle = f64::midpoint(last.0, point.0);
            path.push_str(&format!(
                "C{middle:.1} {:.1} {middle:.1} {:.1} {:.1} {:.1}",
                last.1, point.1, point.0, point.1
            ));
            last = point;
        }
    }
    let (from, to) = (
        diagram.shown(&diagram.tables[line.from].relation.name),
        diagram.shown(&diagram.tables[line.to].relation.name),
    );
    let told = escaped(&format!(
        "{from} ({}) refers to {to} ({})",
        line.columns.join(", "),
        line.target_columns.join(", ")
    ));
    let kind = if line.optional { " optional" } else { "" };
    text.push_str(&format!(
        "<path class=\"line{kind}\" data-from=\"{}\" data-to=\"{}\" d=\"{path}\"><title>{told}</title></path>\n",
        line.from, line.to
    ));
    // A crow's foot where many refer, a bar where one at most does; a dot at what is referred to.
    let next = curve.points.get(1).copied().unwrap_or(*first);
    let way = if next.0 < first.0 { -1.0 } else { 1.0 };
    let (x, y) = *first;
    let foot = match line.single {
        true => format!("M{:.1} {:.1}V{:.1}", x + way * 6.0, y - 4.0, y + 4.0),
        false => format!(
            "M{x:.1} {:.1}L{:.1} {y:.1}L{x:.1} {:.1}",
            y - 4.5,
            x + way * 8.0,
            y + 4.5
        ),
    };
    text.push_str(&format!("<path class=\"foot\" d=\"{foot}\"/>\n"));
    if let Some((x, y)) = curve.points.last() {
        text.push_str(&format!(
            "<circle class=\"end\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2.5\"/>\n"
        ));
    }
}

fn push_box(
    text: &mut String,
    diagram: &Diagram<'_>,
    number: usize,
    placed: &Placed,
    page: Option<&InPage<'_>>,
) {
    let table = &diagram.tables[number];
    let full = escaped_name(&diagram.shown(&table.relation.name));
    let name = escaped_name(&shortened(&diagram.shown(&table.relation.name)));
    let kind = if table.relation.kind.is_view() {
        " view"
    } else {
        ""
    };
    // In a page the head is a link to what the page tells of the table.
    let (attributes, open, close) = match page {
        Some(page) => (
            format!(" id=\"box-{number}\" data-table=\"{number}\""),
            format!("<a href=\"#{}\">", (page.link)(number)),
            "</a>",
        ),
        None => (String::new(), String::new(), ""),
    };
    text.push_str(&format!(
        "<g class=\"table{kind}\"{attributes} transform=\"translate({:.1} {:.1})\"><title>{full}</title>\n",
        placed.x, placed.y
    ));
    text.push_str(&format!(
        "<rect class=\"box\" width=\"{:.0}\" height=\"{:.0}\" rx=\"4\"/>\n{open}<path class=\"head\" d=\"M0 {HEAD}V4a4 4 0 0 1 4 -4H{:.0}a4 4 0 0 1 4 4V{HEAD}Z\"/>\n\
         <text class=\"name\" x=\"{PADDING}\" y=\"17.5\">{name}</text>{close}\n",
        placed.width,
        placed.height,
        placed.width - 4.0
    ));
    let mut y = HEAD + 2.0;
    for (&row, note) in placed.rows.iter().zip(&placed.notes) {
        let row = &table.rows[row];
        let mark = match (row.primary, row.references.is_some(), row.unique) {
            (true, _, _) => "PK",
            (_, true, _) => "FK",
            (_, _, true) => "UK",
            _ => "",
        };
        let base = y + 13.0;
        if !mark.is_empty() {
            text.push_str(&format!(
                "<text class=\"mark\" x=\"{PADDING}\" y=\"{base}\">{mark}</text>"
            ));
        }
        let tall = if row.primary { " key" } else { "" };
        text.push_str(&format!(
            "<text class=\"row{tall}\" x=\"{:.0}\" y=\"{base}\">{}</text><text class=\"type\" x=\"{:.0}\" y=\"{base}\">{}</text>\n",
            PADDING + MARK,
            escaped_name(&shortened(row.name)),
            placed.width - PADDING,
            escaped(note)
        ));
        y += ROW;
    }
    if let Some(foot) = &placed.foot {
        text.push_str(&format!(
            "<text class=\"more\" x=\"{:.0}\" y=\"{}\">{}</text>\n",
            PADDING + MARK,
            y + 13.0,
            escaped(foot)
        ));
    }
    text.push_str("</g>\n");
}

pub(crate) fn counted(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}
