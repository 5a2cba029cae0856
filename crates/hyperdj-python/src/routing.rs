//! Which endpoint the method and the path of a request lead to.

mod pattern;

use matchit::Router;
use pattern::Pattern;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};
use std::collections::HashMap;

/// What any method is called.
const ANY: &str = "*";

/// A path, and the endpoints of its methods.
struct Route {
    pattern: Pattern,
    endpoints: Vec<(String, Py<PyAny>)>,
}

impl Route {
    /// The endpoint of a method; GET's answers HEAD too.
    fn endpoint(&self, method: &str) -> Option<&Py<PyAny>> {
        let named = |name: &str| {
            let mut all = self.endpoints.iter();
            all.find(|(known, _)| known == name)
                .map(|(_, endpoint)| endpoint)
        };
        named(method)
            .or_else(|| (method == "HEAD").then(|| named("GET")).flatten())
            .or_else(|| named(ANY))
    }
}

/// The routes of an application.
///
/// Paths that differ only in the kinds of their parameters are one to the tree. What the tree finds is right for
/// nearly all requests; where a kind or a method does not fit, all routes are gone through, the most specific first.
#[pyclass(module = "hyperdjango._engine")]
pub(crate) struct Routes {
    /// Trees of shapes: one with those that end, one with those whose last parameter takes all that is left.
    whole: Router<usize>,
    tails: Router<usize>,
    /// The shapes, and for each its routes, the most specific first.
    shapes: HashMap<String, usize>,
    by_shape: Vec<Vec<usize>>,
    routes: Vec<Route>,
    /// All routes, the most specific first.
    order: Vec<usize>,
}

#[pymethods]
impl Routes {
    #[new]
    fn new() -> Self {
        Self {
            whole: Router::new(),
            tails: Router::new(),
            shapes: HashMap::new(),
            by_shape: Vec::new(),
            routes: Vec::new(),
            order: Vec::new(),
        }
    }

    /// The parameters of a path, each with its kind.
    #[staticmethod]
    fn parameters(path: &str) -> PyResult<Vec<(String, &'static str)>> {
        let pattern = Pattern::parse(path).map_err(PyValueError::new_err)?;
        Ok(pattern
            .parameters()
            .map(|(name, kind)| (name.to_owned(), kind.name()))
            .collect())
    }

    /// Has requests of a method to a path lead to an endpoint.
    fn add(&mut self, method: String, path: &str, endpoint: Py<PyAny>) -> PyResult<()> {
        let pattern = Pattern::parse(path).map_err(PyValueError::new_err)?;
        let known = self
            .routes
            .iter_mut()
            .find(|route| route.pattern.is_same(&pattern));
        if let Some(route) = known {
            if route.endpoints.iter().any(|(taken, _)| *taken == method) {
                return Err(PyValueError::new_err(format!(
                    "{method} {path} has an endpoint already"
                )));
            }
            route.endpoints.push((method, endpoint));
            return Ok(());
        }
        let shape = self.shape(&pattern)?;
        let place = self.routes.len();
        self.routes.push(Route {
            pattern,
            endpoints: vec![(method, endpoint)],
        });
        self.order.push(place);
        self.by_shape[shape].push(place);
        let routes = &self.routes;
        let rank = |place: &usize| routes[*place].pattern.rank();
        self.order.sort_by_cached_key(rank);
        self.by_shape[shape].sort_by_cached_key(rank);
        Ok(())
    }

    /// The endpoint for a request and the values of the path's parameters, the methods that there are, or None.
    fn find<'py>(
        &self,
        py: Python<'py>,
        method: &str,
        path: &str,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let mut is_path_known = false;
        for tree in [&self.whole, &self.tails] {
            let Ok(found) = tree.at(path) else { continue };
            is_path_known = true;
            for place in &self.by_shape[*found.value] {
                let route = &self.routes[*place];
                let values = || found.params.iter().map(|(_, value)| value);
                if route.pattern.admits(values())
                    && let Some(endpoint) = route.endpoint(method)
                {
                    // A tail of nothing is none to the tree.
                    let missing = route.pattern.parameters().count() - found.params.len();
                    let values = values().chain(std::iter::repeat_n("", missing));
                    return answer(py, endpoint, values).map(Some);
                }
            }
        }
        if !is_path_known {
            return Ok(None);
        }
        self.search(py, method, path)
    }
}

impl Routes {
    /// The number of a pattern's shape, which is put into a tree when it is new.
    fn shape(&mut self, pattern: &Pattern) -> PyResult<usize> {
        let shape = pattern.shape();
        if let Some(number) = self.shapes.get(&shape) {
            return Ok(*number);
        }
        let number = self.by_shape.len();
        let refused = |problem: matchit::InsertError| PyValueError::new_err(problem.to_string());
        if pattern.has_tail() {
            self.tails.insert(&shape, number).map_err(refused)?;
            let empty = shape.split("{*").next().unwrap_or_default();
            self.tails.insert(empty, number).map_err(refused)?;
        } else {
            self.whole.insert(&shape, number).map_err(refused)?;
        }
        self.shapes.insert(shape, number);
        self.by_shape.push(Vec::new());
        Ok(number)
    }

    /// Goes through all routes.
    fn search<'py>(
        &self,
        py: Python<'py>,
        method: &str,
        path: &str,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let mut methods: Vec<&str> = Vec::new();
        for place in &self.order {
            let route = &self.routes[*place];
            let Some(values) = route.pattern.values(path) else {
                continue;
            };
            if let Some(endpoint) = route.endpoint(method) {
                return answer(py, endpoint, values.into_iter()).map(Some);
            }
            methods.extend(route.endpoints.iter().map(|(name, _)| name.as_str()));
        }
        if methods.is_empty() {
            return Ok(None);
        }
        if methods.contains(&"GET") {
            methods.push("HEAD");
        }
        methods.push("OPTIONS");
        methods.sort_unstable();
        methods.dedup();
        Ok(Some(PyString::new(py, &methods.join(", ")).into_any()))
    }
}

/// An endpoint with the values of its path's parameters.
fn answer<'py, 'v>(
    py: Python<'py>,
    endpoint: &Py<PyAny>,
    values: impl Iterator<Item = &'v str>,
) -> PyResult<Bound<'py, PyAny>> {
    let values: Vec<_> = values.map(|value| PyString::new(py, value)).collect();
    let values = PyTuple::new(py, values)?;
    Ok((endpoint.bind(py), values).into_pyobject(py)?.into_any())
}
