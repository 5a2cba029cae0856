//! A path as routes are written with it: `/shops/{shop:int}/files/{rest:path}`.

use std::fmt::Write;

/// What may stand in the place of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Digits, with a sign.
    Int,
    /// A UUID in its usual form.
    Uuid,
    /// Anything but a slash.
    Str,
    /// All that is left, slashes too, and nothing at all.
    Path,
}

impl Kind {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Int => "int",
            Self::Uuid => "uuid",
            Self::Str => "str",
            Self::Path => "path",
        }
    }

    fn named(name: &str) -> Option<Self> {
        [Self::Int, Self::Uuid, Self::Str, Self::Path]
            .into_iter()
            .find(|kind| kind.name() == name)
    }

    fn admits(self, value: &str) -> bool {
        match self {
            Self::Int => {
                let digits = value.strip_prefix('-').unwrap_or(value);
                !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
            }
            Self::Uuid => {
                value.len() == 36
                    && value.bytes().enumerate().all(|(at, byte)| match at {
                        8 | 13 | 18 | 23 => byte == b'-',
                        _ => byte.is_ascii_hexdigit(),
                    })
            }
            Self::Str => !value.is_empty(),
            Self::Path => true,
        }
    }
}

/// What stands between two slashes. The order is that of how specific it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Text(String),
    Parameter(Kind),
}

/// A path, in its parts.
pub(super) struct Pattern {
    segments: Vec<Segment>,
    names: Vec<String>,
}

impl Pattern {
    /// Reads a path, or says in a sentence what is wrong with it.
    pub(super) fn parse(path: &str) -> Result<Self, String> {
        let Some(rest) = path.strip_prefix('/') else {
            return Err(format!("the path {path:?} must begin with a slash"));
        };
        let mut segments = Vec::new();
        let mut names: Vec<String> = Vec::new();
        for part in rest.split('/') {
            if segments.last() == Some(&Segment::Parameter(Kind::Path)) {
                return Err(format!(
                    "in the path {path:?} nothing may follow a parameter of kind path, which takes all that is left"
                ));
            }
            let inner = part
                .strip_prefix('{')
                .and_then(|part| part.strip_suffix('}'));
            let Some(inner) = inner else {
                if part.contains(['{', '}', '?', '#']) {
                    return Err(format!(
                        "in the path {path:?} a parameter must be all that stands between two slashes, {{name}} or \
                         {{name:kind}}, and no \"?\" or \"#\" may occur"
                    ));
                }
                segments.push(Segment::Text(part.to_owned()));
                continue;
            };
            let (name, kind) = inner.split_once(':').unwrap_or((inner, "str"));
            let Some(kind) = Kind::named(kind) else {
                return Err(format!(
                    "in the path {path:?} the kind {kind:?} is none of int, uuid, str and path"
                ));
            };
            let starts = name.starts_with(|first: char| first.is_alphabetic() || first == '_');
            if !starts || !name.chars().all(|it| it.is_alphanumeric() || it == '_') {
                return Err(format!(
                    "in the path {path:?} {name:?} can't be the name of a parameter"
                ));
            }
            if names.iter().any(|taken| taken == name) {
                return Err(format!("in the path {path:?} two parameters are {name:?}"));
            }
            names.push(name.to_owned());
            segments.push(Segment::Parameter(kind));
        }
        Ok(Self { segments, names })
    }

    /// The names of the parameters with their kinds, in order.
    pub(super) fn parameters(&self) -> impl Iterator<Item = (&str, Kind)> {
        self.names.iter().map(String::as_str).zip(self.kinds())
    }

    fn kinds(&self) -> impl Iterator<Item = Kind> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Text(_) => None,
            Segment::Parameter(kind) => Some(*kind),
        })
    }

    pub(super) fn has_tail(&self) -> bool {
        self.segments.last() == Some(&Segment::Parameter(Kind::Path))
    }

    /// Whether both are for the same paths, whatever their parameters are called.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.segments == other.segments
    }

    /// What routes are ordered by: the more specific comes first.
    pub(super) fn rank(&self) -> impl Ord + use<> {
        self.segments.clone()
    }

    /// The path as the tree takes it: names are of no matter there, and kinds are looked at later.
    pub(super) fn shape(&self) -> String {
        let mut shape = String::new();
        for (number, segment) in self.segments.iter().enumerate() {
            // Writing to a string does not fail.
            let _ = match segment {
                Segment::Text(text) => write!(shape, "/{text}"),
                Segment::Parameter(Kind::Path) => write!(shape, "/{{*p{number}}}"),
                Segment::Parameter(_) => write!(shape, "/{{p{number}}}"),
            };
        }
        shape
    }

    /// Whether values are of the kinds that the parameters want.
    pub(super) fn admits<'v>(&self, values: impl Iterator<Item = &'v str>) -> bool {
        self.kinds()
            .zip(values)
            .all(|(kind, value)| kind.admits(value))
    }

    /// The values of the parameters in a path, if it is one of this pattern.
    pub(super) fn values<'p>(&self, path: &'p str) -> Option<Vec<&'p str>> {
        let mut values = Vec::new();
        let mut rest = Some(path.strip_prefix('/')?);
        for segment in &self.segments {
            let left = rest?;
            if *segment == Segment::Parameter(Kind::Path) {
                values.push(left);
                return Some(values);
            }
            let (part, behind) = match left.split_once('/') {
                Some((part, behind)) => (part, Some(behind)),
                None => (left, None),
            };
            rest = behind;
            match segment {
                Segment::Text(text) if text == part => {}
                Segment::Parameter(kind) if kind.admits(part) => values.push(part),
                _ => return None,
            }
        }
        rest.is_none().then_some(values)
    }
}
