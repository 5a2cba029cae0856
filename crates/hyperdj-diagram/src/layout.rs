//! The whole picture: which rows a box shows, which lines are drawn, and where everything stands.

use std::collections::{BTreeMap, BTreeSet};

use unicode_width::UnicodeWidthStr;

use crate::Diagram;
use crate::layers::place;

/// The width of a character of 12 pixels in a font whose characters are all as wide.
pub(crate) const CHARACTER: f64 = 7.25;
/// The height of a row.
pub(crate) const ROW: f64 = 18.0;
/// The height of a box's head.
pub(crate) const HEAD: f64 = 26.0;
/// Inside a box, on both sides.
pub(crate) const PADDING: f64 = 8.0;
/// In front of a row's name: its key mark.
pub(crate) const MARK: f64 = 24.0;
/// Around the picture.
const MARGIN: f64 = 24.0;
/// Between parts that no line joins.
const PART_GAP: f64 = 36.0;
/// The most characters of a name that are shown.
const MOST_CHARACTERS: usize = 44;
/// From how many tables on a box shows its keys alone, and from how many a table that many refer to is named, not joined.
const MANY_TABLES: usize = 40;
const SOME_TABLES: usize = 25;
/// How many tables may refer to one with a line each, where there are many.
const MOST_LINES: usize = 6;

/// Everything with its place.
pub(crate) struct Layout {
    pub(crate) boxes: Vec<Placed>,
    pub(crate) curves: Vec<Curve>,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// A table's box.
pub(crate) struct Placed {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
    /// The rows that are shown, by their places in the table.
    pub(crate) rows: Vec<usize>,
    /// What stands at the end: columns that are not shown, partitions.
    pub(crate) foot: Option<String>,
    /// The text behind each shown row's name.
    pub(crate) notes: Vec<String>,
}

/// A line that is drawn.
pub(crate) struct Curve {
    /// Its place in [`Diagram::lines`].
    pub(crate) line: usize,
    /// From the referring row to the referenced one.
    pub(crate) points: Vec<(f64, f64)>,
}

/// The points that a line passes, and whether it goes from left to right.
type Bends = (Vec<(f64, f64)>, bool);

/// A text that fits, with an ellipsis where something is left out.
pub(crate) fn shortened(text: &str) -> String {
    let text = hyperdj_schema::visible(text);
    if text.chars().count() <= MOST_CHARACTERS {
        return text;
    }
    let mut short: String = text.chars().take(MOST_CHARACTERS - 1).collect();
    short.push('…');
    short
}

/// Places a diagram.
pub(crate) fn layout(diagram: &Diagram<'_>) -> Layout {
    let count = diagram.tables.len();
    let hubs = hubs(diagram);
    let drawn: Vec<usize> = (0..diagram.lines.len())
        .filter(|&line| !hubs.contains_key(&diagram.lines[line].to) || is_loop(diagram, line))
        .collect();
    let mut boxes: Vec<Placed> = (0..count)
        .map(|table| measured(diagram, table, &hubs))
        .collect();
    let parts = parts(diagram, &drawn, count);
    let mut bends: Vec<Option<Bends>> = vec![None; diagram.lines.len()];
    let mut rectangles = Vec::with_capacity(parts.len());
    for part in &parts {
        rectangles.push(place_part(diagram, part, &drawn, &mut boxes, &mut bends));
    }
    let (corners, width, height) = packed(&rectangles);
    for (part, (x, y)) in parts.iter().zip(corners) {
        for &table in part {
            boxes[table].x += x;
            boxes[table].y += y;
        }
        for &line in &drawn {
            if part.contains(&diagram.lines[line].from)
                && let Some((points, _)) = &mut bends[line]
            {
                for point in points {
                    *point = (point.0 + x, point.1 + y);
                }
            }
        }
    }
    let curves = drawn
        .iter()
        .filter_map(|&line| {
            let (points, turned) = bends[line].take()?;
            Some(curve(diagram, &boxes, line, points, turned))
        })
        .collect();
    Layout {
        boxes,
        curves,
        width: width + 2.0 * MARGIN,
        height: height + 2.0 * MARGIN,
    }
}

fn is_loop(diagram: &Diagram<'_>, line: usize) -> bool {
    diagram.lines[line].from == diagram.lines[line].to
}

/// Tables that so many refer to that lines would hide all else, with how many do.
fn hubs(diagram: &Diagram<'_>) -> BTreeMap<usize, usize> {
    if diagram.tables.len() <= SOME_TABLES {
        return BTreeMap::new();
    }
    let mut referring: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); diagram.tables.len()];
    for line in &diagram.lines {
        referring[line.to].insert(line.from);
    }
    let tables = referring.iter().enumerate();
    tables
        .filter(|(_, from)| from.len() > MOST_LINES)
        .map(|(table, from)| (table, from.len()))
        .collect()
}

/// A box with its size, at no place yet.
fn measured(diagram: &Diagram<'_>, number: usize, hubs: &BTreeMap<usize, usize>) -> Placed {
    let table = &diagram.tables[number];
    let keys_only = diagram.tables.len() > MANY_TABLES;
    let rows: Vec<usize> = (0..table.rows.len())
        .filter(|&row| {
            let row = &table.rows[row];
            !keys_only || row.primary || row.unique || row.references.is_some()
        })
        .collect();
    let hidden = table.rows.len() - rows.len();
    let mut foot = Vec::new();
    if hidden > 0 {
        foot.push(match (hidden, rows.is_empty()) {
            (1, true) => "1 column".to_owned(),
            (hidden, true) => format!("{hidden} columns"),
            (hidden, false) => format!("{hidden} more"),
        });
    }
    match table.partitions {
        0 => {}
        1 => foot.push("1 partition".to_owned()),
        partitions => foot.push(format!("{partitions} partitions")),
    }
    if let Some(referring) = hubs.get(&number) {
        foot.push(format!("← {referring} tables"));
    }
    let foot = (!foot.is_empty()).then(|| foot.join(", "));
    let is_joined = |row: usize| {
        let lines = diagram.lines.iter();
        lines.filter(|line| line.from == number).any(|line| {
            let joined = !hubs.contains_key(&line.to) || line.to == number;
            joined && line.columns.iter().any(|name| name == table.rows[row].name)
        })
    };
    let notes: Vec<String> = rows
        .iter()
        .map(|&place| {
            let row = &table.rows[place];
            let null = if row.nullable { "?" } else { "" };
            let mut note = format!("{}{null}", shortened(&row.data_type));
            if let Some((target, _)) = row.references
                && !is_joined(place)
            {
                note.push_str(&format!(" → {}", shortened(&diagram.shown(target))));
            }
            note
        })
        .collect();
    let head = shortened(&diagram.shown(&table.relation.name)).width() as f64 * CHARACTER * 1.1;
    let texts = rows.iter().zip(&notes).map(|(&row, note)| {
        let name = shortened(table.rows[row].name).width() + 2 + note.width();
        MARK + name as f64 * CHARACTER
    });
    let foots = foot
        .iter()
        .map(|text| MARK + text.width() as f64 * CHARACTER);
    let width = texts.chain(foots).fold(head, f64::max) + 2.0 * PADDING;
    let shown = rows.len() + usize::from(foot.is_some());
    Placed {
        x: 0.0,
        y: 0.0,
        width: width.ceil(),
        height: HEAD + shown as f64 * ROW + if shown > 0 { 6.0 } else { 0.0 },
        rows,
        foot,
        notes,
    }
}

/// Tables that lines join, largest part first, and those by themselves last, in name order.
fn parts(diagram: &Diagram<'_>, drawn: &[usize], count: usize) -> Vec<Vec<usize>> {
    let mut part_of: Vec<usize> = (0..count).collect();
    fn root(part_of: &mut [usize], mut table: usize) -> usize {
        while part_of[table] != table {
            part_of[table] = part_of[part_of[table]];
            table = part_of[table];
        }
        table
    }
    for &line in drawn {
        let line = &diagram.lines[line];
        let (left, right) = (root(&mut part_of, line.from), root(&mut part_of, line.to));
        part_of[left.max(right)] = left.min(right);
    }
    let mut parts: Vec<Vec<usize>> = vec![Vec::new(); count];
    for table in 0..count {
        parts[root(&mut part_of, table)].push(table);
    }
    parts.retain(|part| !part.is_empty());
    parts.sort_by_key(|part| std::cmp::Reverse(part.len()));
    parts
}

/// Places the boxes of a part from its own corner on; gives its size.
fn place_part(
    diagram: &Diagram<'_>,
    part: &[usize],
    drawn: &[usize],
    boxes: &mut [Placed],
    bends: &mut [Option<Bends>],
) -> (f64, f64) {
    let sizes: Vec<(f64, f64)> = part
        .iter()
        .map(|&table| (boxes[table].width, boxes[table].height))
        .collect();
    let own: Vec<usize> = drawn
        .iter()
        .copied()
        .filter(|&line| part.contains(&diagram.lines[line].from))
        .collect();
    let place_of = |table: usize| part.iter().position(|own| *own == table).unwrap_or(0);
    let lines: Vec<(usize, usize)> = own
        .iter()
        .map(|&line| {
            (
                place_of(diagram.lines[line].from),
                place_of(diagram.lines[line].to),
            )
        })
        .collect();
    let area: f64 = sizes
        .iter()
        .map(|(width, height)| (width + 80.0) * (height + 30.0))
        .sum();
    let placed = place(&sizes, &lines, (area * 0.7).sqrt());
    for (&table, corner) in part.iter().zip(&placed.corners) {
        (boxes[table].x, boxes[table].y) = *corner;
    }
    let mut loops = false;
    for ((&line, points), &(from, to)) in own.iter().zip(placed.bends).zip(&lines) {
        loops |= from == to;
        bends[line] = Some((points, placed.layers[from] < placed.layers[to]));
    }
    let beside = if loops { 24.0 } else { 0.0 };
    (placed.width + beside, placed.height)
}

/// Puts rectangles into one, each as high up as there is room, from left to right; gives their corners and the whole size.
fn packed(rectangles: &[(f64, f64)]) -> (Vec<(f64, f64)>, f64, f64) {
    let area: f64 = rectangles
        .iter()
        .map(|(width, height)| (width + PART_GAP) * (height + PART_GAP))
        .sum();
    let widest = rectangles
        .iter()
        .map(|(width, _)| *width)
        .fold(0.0, f64::max);
    let most = (area * 1.5).sqrt().max(widest) + PART_GAP;
    // The upper edge of what is free: stretches with a start and a height, up to the next one's start.
    let mut edge: Vec<(f64, f64)> = vec![(0.0, 0.0)];
    let mut corners = Vec::with_capacity(rectangles.len());
    let (mut right, mut bottom) = (0.0_f64, 0.0_f64);
    for &(width, height) in rectangles {
        let (wide, high) = (width + PART_GAP, height + PART_GAP);
        let mut best: Option<(f64, f64)> = None;
        for &(x, _) in &edge {
            if x + wide > most + PART_GAP {
                continue;
            }
            let y = highest(&edge, x, x + wide);
            if best.is_none_or(|(_, lowest)| y < lowest) {
                best = Some((x, y));
            }
        }
        let (x, y) = best.unwrap_or((0.0, bottom + PART_GAP));
        corners.push((x + MARGIN, y + MARGIN));
        let behind = edge
            .iter()
            .rev()
            .find(|(start, _)| *start <= x + wide)
            .map_or(0.0, |(_, level)| *level);
        edge.retain(|(start, _)| *start < x || *start > x + wide);
        edge.push((x, y + high));
        if !edge.iter().any(|(start, _)| *start == x + wide) {
            edge.push((x + wide, behind));
        }
        edge.sort_by(|left, right| left.0.total_cmp(&right.0));
        (right, bottom) = (right.max(x + width), bottom.max(y + height));
    }
    (corners, right, bottom)
}

/// How far down a stretch is taken.
fn highest(edge: &[(f64, f64)], from: f64, to: f64) -> f64 {
    let mut level = 0.0_f64;
    for (number, &(start, height)) in edge.iter().enumerate() {
        let end = edge
            .get(number + 1)
            .map_or(f64::INFINITY, |(next, _)| *next);
        if start < to && end > from {
            level = level.max(height);
        }
    }
    level
}

/// The points of a line with its ends, the referring one first.
fn curve(
    diagram: &Diagram<'_>,
    boxes: &[Placed],
    line: usize,
    passed: Vec<(f64, f64)>,
    turned: bool,
) -> Curve {
    let own = &diagram.lines[line];
    let (from, to) = (&boxes[own.from], &boxes[own.to]);
    let row = |table: usize, columns: &[String]| {
        let names = &diagram.tables[table].rows;
        let place = boxes[table]
            .rows
            .iter()
            .position(|&row| columns.first().is_some_and(|name| name == names[row].name));
        let box_ = &boxes[table];
        match place {
            Some(place) => box_.y + HEAD + (place as f64 + 0.5) * ROW + 2.0,
            None => box_.y + HEAD / 2.0,
        }
    };
    let (start, end) = (row(own.from, own.columns), row(own.to, own.target_columns));
    if own.from == own.to {
        let right = from.x + from.width;
        let points = vec![
            (right, start),
            (right + 18.0, start),
            (right + 18.0, end),
            (right, end),
        ];
        return Curve { line, points };
    }
    let mut points = vec![if turned {
        (from.x + from.width, start)
    } else {
        (from.x, start)
    }];
    if turned {
        points.extend(passed.into_iter().rev());
        points.push((to.x, end));
    } else {
        points.extend(passed);
        points.push((to.x + to.width, end));
    }
    Curve { line, points }
}
