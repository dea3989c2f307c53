//! The types of the compiled contract, and its tables.
//!
//! `build.rs` compiles `contract/*.yaml` into the static tables at the end of this file. Request builder, validator and
//! sandbox read every path, property and limit here; nothing is allocated or parsed at start-up.

mod schema;

pub use schema::{
    AdditionalProperties, Bound, Count, Format, Kind, NumberLimit, Object, Pattern, Property, Rule, Schema, Text,
};

/// An HTTP method of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates.
    Post,
    /// Replaces.
    Put,
    /// Changes in part.
    Patch,
    /// Removes.
    Delete,
}

impl Method {
    /// All that the contract can have.
    pub const ALL: [Self; 5] = [Self::Get, Self::Post, Self::Put, Self::Patch, Self::Delete];

    /// The method as it stands in an HTTP request.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// One operation of the API: a method, a path, its input and its output.
#[derive(Debug)]
pub struct Operation {
    /// The name in this client, such as `services.list`. Errors and logs use it.
    pub name: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path template, such as `/v1/organizations/{organizationId}/services`.
    pub path: &'static str,
    /// The parameters of the path, in the path's order.
    pub path_parameters: &'static [Parameter],
    /// The parameters of the query.
    pub query_parameters: &'static [Parameter],
    /// The body of the request; `None`: it has none.
    pub body: Option<Body>,
    /// The kind of a successful response.
    pub response: ResponseKind,
    /// The HTTP status of a success.
    pub status: u16,
    /// Whether the same request may be sent twice.
    pub idempotency: Idempotency,
    /// The property of the result that callers need, where the result is of no use without it.
    pub yields: Option<Yields>,
    /// It may change without notice.
    pub beta: bool,
    /// The API advises against it.
    pub deprecated: bool,
}

/// A node in the tree of paths: where the segments so far lead.
#[derive(Debug)]
pub struct RouteNode {
    /// The next segment, where the contract has its text; in the order of the texts.
    pub fixed: &'static [(&'static str, RouteNode)],
    /// The next segment, where it is a parameter.
    pub parameter: Option<&'static RouteNode>,
    /// The operations whose path ends here.
    pub operations: &'static [&'static Operation],
}

/// A named value in the path or the query.
#[derive(Debug)]
pub struct Parameter {
    /// Its name in the template or the query.
    pub name: &'static str,
    /// What it may be. An array in the query is sent as the name repeated.
    pub schema: &'static Schema,
    /// Whether a request without it is refused. Always true in a path.
    pub required: bool,
}

/// The JSON body of a request.
#[derive(Debug)]
pub struct Body {
    /// What it may be.
    pub schema: &'static Schema,
    /// Whether a request without it is refused.
    pub required: bool,
}

/// The kind of a successful response.
#[derive(Debug)]
pub enum ResponseKind {
    /// JSON, in the envelope's `result` or bare.
    Json(&'static Schema),
    /// Nothing beyond the envelope, if that.
    Empty,
    /// Text of this media type, such as metrics.
    Text(&'static str),
}

/// The property of the result that callers need: a success without it, or with an empty text there, has lost it.
#[derive(Debug)]
pub struct Yields {
    /// A property of the result, a text.
    pub property: &'static str,
    /// Where the body has one of these, the result need not have it.
    pub unless: &'static [&'static str],
}

/// Whether a request may be sent again when it is unknown whether the first one was applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idempotency {
    /// Sent twice, it has the effect of once.
    Safe,
    /// Sent twice, it may have its effect twice.
    Unsafe,
    /// Safe when the body has one of these properties (a password set by its hash; without one a new password is made).
    SafeWith(&'static [&'static str]),
    /// Safe when a property of the body has one of these values (a pipe is started, not synchronized again).
    SafeWhen {
        /// The deciding property, a text.
        property: &'static str,
        /// Its values that are safe.
        values: &'static [&'static str],
    },
}

/// A range of days in a query.
#[derive(Debug)]
pub struct Range {
    /// The operation that takes it.
    pub operation: &'static Operation,
    /// The parameter with the first day.
    pub from: &'static str,
    /// The parameter with the last day.
    pub to: &'static str,
    /// The most days that the service takes at once, both ends included.
    pub days: u32,
}

/// A resource that can be waited for, and what its states mean to a wait. A state that is not listed keeps it waiting.
#[derive(Debug)]
pub struct Waiter {
    /// The method that waits, such as `clickPipes.waitFor`.
    pub name: &'static str,
    /// The operation that reads the resource.
    pub operation: &'static Operation,
    /// Where that operation reads more than the resource: where to find it.
    pub item: Option<ListItem>,
    /// The property of the resource that has its state.
    pub state: &'static str,
    /// The states that are known today, an enum.
    pub schema: &'static Schema,
    /// The meaning of each of its values, in their order.
    pub meanings: &'static [Meaning],
}

/// What a state means to a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The resource goes on by itself.
    Ongoing,
    /// It rests: what a wait without a state of its own looks for.
    Reached,
    /// It does not come out by itself.
    Failed,
    /// It is on the way to its end.
    Ending,
    /// It is as good as gone.
    Gone,
}

impl Waiter {
    /// The known states with their meanings.
    pub fn states(&self) -> impl Iterator<Item = (&'static str, Meaning)> {
        let values = match self.schema.kind {
            Kind::Enum { values, .. } => values,
            _ => &[],
        };
        values.iter().copied().zip(self.meanings.iter().copied())
    }

    /// The meaning of a state. One that is not known goes on.
    #[must_use]
    pub fn meaning(&self, state: &str) -> Meaning {
        self.states().find(|(known, _)| *known == state).map_or(Meaning::Ongoing, |(_, meaning)| meaning)
    }
}

/// Where a resource stands among others.
#[derive(Debug)]
pub struct ListItem {
    /// An operation whose path ends with the resource's id.
    pub of: &'static Operation,
    /// The property that has the list. Its items have their ids in `id`.
    pub list: &'static str,
}

/// The operation of a name such as `services.list`.
///
/// ```
/// use clickhouse_cloud::contract::{self, Method};
///
/// let operation = contract::operation("services.create").ok_or("no such operation")?;
/// assert_eq!(operation.method, Method::Post);
/// assert_eq!(operation.path, "/v1/organizations/{organizationId}/services");
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn operation(name: &str) -> Option<&'static Operation> {
    let index = BY_NAME.binary_search_by(|operation| operation.name.cmp(name)).ok()?;
    BY_NAME.get(index).copied()
}

/// The operations of a path, given by its segments. Where a segment can be both, the contract's own text wins over a
/// parameter.
///
/// ```
/// use clickhouse_cloud::contract;
///
/// let operations = contract::operations_at(&["v1", "organizations", "5a9db0c5", "services"]);
/// let names: Vec<_> = operations.iter().map(|operation| operation.name).collect();
/// assert_eq!(names, ["services.list", "services.create"]);
/// assert!(contract::operations_at(&["v1", "nothing"]).is_empty());
/// ```
#[must_use]
pub fn operations_at<S: AsRef<str>>(segments: &[S]) -> &'static [&'static Operation] {
    below(&ROUTES, segments)
}

fn below<S: AsRef<str>>(node: &'static RouteNode, segments: &[S]) -> &'static [&'static Operation] {
    let Some((first, rest)) = segments.split_first() else { return node.operations };
    let first = first.as_ref();
    let index = node.fixed.binary_search_by(|(text, _)| (*text).cmp(first)).ok();
    let fixed = index.and_then(|index| node.fixed.get(index)).map_or(&[][..], |(_, next)| below(next, rest));
    match node.parameter {
        Some(next) if fixed.is_empty() && !first.is_empty() => below(next, rest),
        _ => fixed,
    }
}

/// The operation of a method and a path template, such as `GET /v1/organizations/{organizationId}`.
#[must_use]
pub fn operation_of_route(route: &str) -> Option<&'static Operation> {
    let (method, path) = route.split_once(' ')?;
    let order = |operation: &&Operation| (operation.path, operation.method.as_str()).cmp(&(path, method));
    let index = BY_ROUTE.binary_search_by(order).ok()?;
    BY_ROUTE.get(index).copied()
}

/// The waiter of a name such as `clickPipes.waitFor`.
#[must_use]
pub fn waiter(name: &str) -> Option<&'static Waiter> {
    WAITERS.iter().find(|waiter| waiter.name == name).copied()
}

/// The schema of a name such as `Service`.
#[must_use]
pub fn schema(name: &str) -> Option<&'static Schema> {
    let index = SCHEMAS.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
    SCHEMAS.get(index).map(|(_, schema)| *schema)
}

include!(concat!(env!("OUT_DIR"), "/contract.rs"));
