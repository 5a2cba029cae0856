//! Places boxes that are joined by lines in layers: whatever refers to a box stands to the right of it.
//!
//! This is the method of Sugiyama, Tagawa and Toda: circles are opened, boxes are put into layers of bounded height, a line
//! that passes a layer gets a place of its own there, each layer is ordered by the middle of its neighbours, and then moved as
//! near to them as the order allows.

use std::collections::BTreeSet;

/// Between boxes of a layer.
const GAP: f64 = 22.0;
/// Between a line that passes and its neighbours.
const LINE_GAP: f64 = 10.0;
/// Between layers, with more for many lines.
const LAYER_GAP: f64 = 64.0;
/// How often order and places are bettered.
const SWEEPS: usize = 12;

/// Boxes with their places.
#[derive(Clone, Debug, Default)]
pub(crate) struct Placed {
    /// The upper left corner of each box.
    pub(crate) corners: Vec<(f64, f64)>,
    /// For each line, the points that it passes, from the box on the right to the one on the left.
    pub(crate) bends: Vec<Vec<(f64, f64)>>,
    /// The layer of each box: a line goes from the higher to the lower one.
    pub(crate) layers: Vec<usize>,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

/// Something with a place in a layer: a box, or a line that passes.
#[derive(Clone, Debug)]
struct Node {
    layer: usize,
    width: f64,
    height: f64,
    centre: f64,
    left: Vec<usize>,
    right: Vec<usize>,
}

/// Places boxes.
///
/// # Arguments
///
/// - `sizes`: width and height of each.
/// - `lines`: pairs of boxes, the referring one first; one that refers to itself is given no place.
/// - `most_height`: how high a layer may be, where a single box is not higher.
pub(crate) fn place(sizes: &[(f64, f64)], lines: &[(usize, usize)], most_height: f64) -> Placed {
    let targets = opened(sizes.len(), lines);
    let layers = layers(sizes, &targets, most_height);
    let mut nodes: Vec<Node> = sizes
        .iter()
        .zip(&layers)
        .map(|(&(width, height), &layer)| Node {
            layer,
            width,
            height,
            centre: 0.0,
            left: Vec::new(),
            right: Vec::new(),
        })
        .collect();
    let chains: Vec<Vec<usize>> = lines
        .iter()
        .map(|&(from, to)| chain(&mut nodes, from, to))
        .collect();

    let count = nodes.iter().map(|node| node.layer + 1).max().unwrap_or(0);
    let mut order: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (number, node) in nodes.iter().enumerate() {
        order[node.layer].push(number);
    }
    arrange(&nodes, &mut order);
    settle(&mut nodes, &order);

    let (lefts, width) = columns(&nodes, &order);
    let top = nodes
        .iter()
        .map(|node| node.centre - node.height / 2.0)
        .fold(f64::INFINITY, f64::min);
    let bottom = nodes
        .iter()
        .map(|node| node.centre + node.height / 2.0)
        .fold(f64::NEG_INFINITY, f64::max);
    let corners = nodes[..sizes.len()]
        .iter()
        .map(|node| (lefts[node.layer].0, node.centre - node.height / 2.0 - top))
        .collect();
    let bends = chains
        .iter()
        .map(|chain| {
            let passed = chain.iter().flat_map(|&number| {
                let node = &nodes[number];
                let (left, width) = lefts[node.layer];
                [(left + width, node.centre - top), (left, node.centre - top)]
            });
            passed.collect()
        })
        .collect();
    Placed {
        corners,
        bends,
        layers,
        width,
        height: if bottom > top { bottom - top } else { 0.0 },
    }
}

/// The targets of each box, where lines that would close a circle are turned around.
fn opened(count: usize, lines: &[(usize, usize)]) -> Vec<BTreeSet<usize>> {
    let mut given: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); count];
    for &(from, to) in lines {
        if from != to {
            given[from].insert(to);
        }
    }
    let mut targets: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); count];
    // 0: not seen, 1: on the way, 2: done.
    let mut state = vec![0_u8; count];
    for start in 0..count {
        if state[start] != 0 {
            continue;
        }
        state[start] = 1;
        let mut way: Vec<(usize, Vec<usize>)> =
            vec![(start, given[start].iter().copied().collect())];
        while let Some((from, rest)) = way.last_mut() {
            let from = *from;
            let Some(to) = rest.pop() else {
                state[from] = 2;
                way.pop();
                continue;
            };
            match state[to] {
                1 => {
                    targets[to].insert(from);
                }
                seen => {
                    targets[from].insert(to);
                    if seen == 0 {
                        state[to] = 1;
                        way.push((to, given[to].iter().copied().collect()));
                    }
                }
            }
        }
    }
    targets
}

/// The layer of each box: behind all of its targets, in the first that has room.
fn layers(sizes: &[(f64, f64)], targets: &[BTreeSet<usize>], most_height: f64) -> Vec<usize> {
    let count = sizes.len();
    let mut sources: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut waiting: Vec<usize> = vec![0; count];
    for (from, to) in targets.iter().enumerate() {
        waiting[from] = to.len();
        for &to in to {
            sources[to].push(from);
        }
    }
    let mut layers = vec![0; count];
    let mut heights: Vec<f64> = Vec::new();
    // By the layer that it may stand in first, then those that many refer to.
    let mut ready: BTreeSet<(usize, usize, usize)> = (0..count)
        .filter(|&number| waiting[number] == 0)
        .map(|number| (0, usize::MAX - sources[number].len(), number))
        .collect();
    while let Some((first, _, number)) = ready.pop_first() {
        let height = sizes[number].1 + GAP;
        let mut layer = first;
        while heights
            .get(layer)
            .is_some_and(|&taken| taken + height > most_height)
        {
            layer += 1;
        }
        if heights.len() <= layer {
            heights.resize(layer + 1, 0.0);
        }
        heights[layer] += height;
        layers[number] = layer;
        for &source in &sources[number] {
            waiting[source] -= 1;
            if waiting[source] == 0 {
                let behind = targets[source].iter().map(|&to| layers[to] + 1).max();
                ready.insert((
                    behind.unwrap_or(0),
                    usize::MAX - sources[source].len(),
                    source,
                ));
            }
        }
    }
    layers
}

/// Joins two boxes, with a node in each layer between them; gives these nodes from right to left.
fn chain(nodes: &mut Vec<Node>, from: usize, to: usize) -> Vec<usize> {
    let (right, left) = match nodes[from].layer >= nodes[to].layer {
        true => (from, to),
        false => (to, from),
    };
    let mut passed = Vec::new();
    let mut last = right;
    for layer in (nodes[left].layer + 1..nodes[right].layer).rev() {
        let number = nodes.len();
        nodes.push(Node {
            layer,
            width: 0.0,
            height: 0.0,
            centre: 0.0,
            left: Vec::new(),
            right: vec![last],
        });
        nodes[last].left.push(number);
        passed.push(number);
        last = number;
    }
    if left != right {
        nodes[last].left.push(left);
        nodes[left].right.push(last);
    }
    passed
}

/// Orders each layer by the middle of its neighbours in the one before, to and fro.
fn arrange(nodes: &[Node], order: &mut [Vec<usize>]) {
    let mut places = vec![0.0; nodes.len()];
    let number = |layer: &[usize], places: &mut Vec<f64>| {
        for (place, &node) in layer.iter().enumerate() {
            places[node] = place as f64;
        }
    };
    for layer in order.iter() {
        number(layer, &mut places);
    }
    for sweep in 0..SWEEPS {
        let to_right = sweep % 2 == 0;
        for step in 1..order.len() {
            let place = if to_right {
                step
            } else {
                order.len() - 1 - step
            };
            let middle = |node: usize| {
                let beside = match to_right {
                    true => &nodes[node].left,
                    false => &nodes[node].right,
                };
                match beside.is_empty() {
                    true => places[node],
                    false => {
                        beside.iter().map(|&other| places[other]).sum::<f64>() / beside.len() as f64
                    }
                }
            };
            let mut sorted: Vec<(f64, usize)> = order[place]
                .iter()
                .map(|&node| (middle(node), node))
                .collect();
            sorted.sort_by(|left, right| left.0.total_cmp(&right.0));
            order[place] = sorted.into_iter().map(|(_, node)| node).collect();
            number(&order[place], &mut places);
        }
    }
}

/// Moves each layer as near to its neighbours as its order allows.
fn settle(nodes: &mut [Node], order: &[Vec<usize>]) {
    for layer in order {
        let wanted: Vec<f64> = vec![0.0; layer.len()];
        spread(nodes, layer, &wanted);
    }
    for sweep in 0..SWEEPS {
        for step in 0..order.len() {
            let place = if sweep % 2 == 0 {
                step
            } else {
                order.len() - 1 - step
            };
            let wanted: Vec<f64> = order[place]
                .iter()
                .map(|&number| {
                    let node = &nodes[number];
                    let beside = node.left.iter().chain(&node.right);
                    let count = node.left.len() + node.right.len();
                    match count {
                        0 => node.centre,
                        _ => beside.map(|&other| nodes[other].centre).sum::<f64>() / count as f64,
                    }
                })
                .collect();
            spread(nodes, &order[place], &wanted);
        }
    }
}

/// Puts the nodes of a layer where they are wanted, in their order and apart: the nearest such places in the mean of squares.
fn spread(nodes: &mut [Node], layer: &[usize], wanted: &[f64]) {
    // With the room that all before it need taken away, places need only not fall.
    let mut needed = 0.0;
    let mut offsets = Vec::with_capacity(layer.len());
    let mut last: Option<&Node> = None;
    for &number in layer {
        let node = &nodes[number];
        if let Some(last) = last {
            let gap = match last.width == 0.0 || node.width == 0.0 {
                true => LINE_GAP,
                false => GAP,
            };
            needed += (last.height + node.height) / 2.0 + gap;
        }
        offsets.push(needed);
        last = Some(node);
    }
    // Groups of neighbours that stand as near as may be: their mean and count.
    let mut groups: Vec<(f64, usize)> = Vec::new();
    for (wanted, offset) in wanted.iter().zip(&offsets) {
        let mut group = (wanted - offset, 1);
        while let Some(&(mean, count)) = groups.last() {
            if mean <= group.0 {
                break;
            }
            groups.pop();
            let sum = mean * count as f64 + group.0 * group.1 as f64;
            group = (sum / (count + group.1) as f64, count + group.1);
        }
        groups.push(group);
    }
    let means = groups
        .iter()
        .flat_map(|&(mean, count)| std::iter::repeat_n(mean, count));
    for ((&number, offset), mean) in layer.iter().zip(&offsets).zip(means) {
        nodes[number].centre = mean + offset;
    }
}

/// Left edge and width of each layer, and the width of all.
fn columns(nodes: &[Node], order: &[Vec<usize>]) -> (Vec<(f64, f64)>, f64) {
    let mut left = 0.0;
    let mut found = Vec::with_capacity(order.len());
    for layer in order {
        let width = layer
            .iter()
            .map(|&node| nodes[node].width)
            .fold(0.0, f64::max);
        found.push((left, width));
        let lines: usize = layer.iter().map(|&node| nodes[node].right.len()).sum();
        left += width + LAYER_GAP + (lines as f64 * 2.0).min(80.0);
    }
    let width = found.last().map_or(0.0, |(left, width)| left + width);
    (found, width)
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn who_refers_stands_to_the_right_and_nothing_overlaps() {
        let sizes = vec![(100.0, 50.0); 8];
        // A circle among them, and one that refers to itself.
        let lines = [
            (1, 0),
            (2, 0),
            (3, 1),
            (3, 0),
            (4, 5),
            (5, 4),
            (6, 6),
            (7, 3),
        ];
        let placed = place(&sizes, &lines, 300.0);
        for (from, to) in [(1, 0), (2, 0), (3, 1), (3, 0), (7, 3)] {
            assert!(placed.corners[from].0 > placed.corners[to].0 + 100.0);
        }
        for (number, left) in placed.corners.iter().enumerate() {
            assert!(left.0 >= 0.0 && left.1 >= 0.0);
            assert!(left.0 + 100.0 <= placed.width && left.1 + 50.0 <= placed.height);
            for right in &placed.corners[number + 1..] {
                let apart = (left.0 - right.0).abs() >= 100.0 || (left.1 - right.1).abs() >= 50.0;
                assert!(apart, "{left:?} {right:?}");
            }
        }
        // 3 is two layers away from 0: its line has a place between them.
        assert_eq!(placed.bends[3].len(), 2);
        assert!(place(&[], &[], 10.0).corners.is_empty());
    }
}
