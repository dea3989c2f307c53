//! The types of the compiled contract, and its tables.
//!
//! `build.rs` compiles `contract/*.yaml` into the static tables at the end of this file. Request builder, validator and
//! sandbox read every path, property and limit here; nothing is allocated or parsed at start-up.

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

/// What a JSON value may be.
#[derive(Debug)]
pub struct Schema {
    /// The kind of value.
    pub kind: Kind,
    /// `null` is a value of its own.
    pub nullable: bool,
    /// Never shown: not in errors, not in logs.
    pub secret: bool,
}

/// The kind of a JSON value, with the constraints of that kind. All bind requests; responses are checked for the JSON
/// type, the required properties, and the formats uuid and date-time.
#[derive(Debug)]
pub enum Kind {
    /// Any value.
    Any,
    /// `true` or `false`.
    Boolean,
    /// A number.
    Number(&'static [NumberLimit]),
    /// A number without a fraction.
    Integer(&'static [NumberLimit]),
    /// A string.
    Text(&'static Text),
    /// One of these strings.
    Enum {
        /// The values known today.
        values: &'static [&'static str],
        /// A request may carry another value too: it gets a warning, not a refusal.
        open: bool,
    },
    /// One of these numbers, in decimal digits.
    NumberEnum(&'static [&'static str]),
    /// A list.
    Array {
        /// What each item may be.
        items: &'static Schema,
        /// How many.
        count: &'static Count,
    },
    /// An object.
    Object(&'static Object),
    /// What any one of these allows.
    Union(&'static [&'static Schema]),
}

/// The limits of a list.
#[derive(Debug)]
pub struct Count {
    /// The fewest items.
    pub min: u32,
    /// The most items.
    pub max: u32,
    /// No item stands twice.
    pub unique: bool,
}

/// A limit of a number.
#[derive(Debug)]
pub struct NumberLimit {
    /// The keyword of JSON Schema.
    pub bound: Bound,
    /// The limit, in decimal digits.
    pub value: &'static str,
}

/// The keyword of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// The value or more.
    Minimum,
    /// More than the value.
    ExclusiveMinimum,
    /// The value or less.
    Maximum,
    /// A multiple of the value.
    MultipleOf,
}

/// The limits of a string. Lengths count Unicode characters.
#[derive(Debug)]
pub struct Text {
    /// The least length.
    pub min: u32,
    /// The greatest length.
    pub max: u32,
    /// The format, where there is one.
    pub format: Option<Format>,
    /// Patterns that must all match.
    pub patterns: &'static [Pattern],
    /// What the patterns ask for, in words; without them the expression itself is shown.
    pub expected: Option<&'static str>,
}

/// A format of strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// 8-4-4-4-12 hexadecimal digits.
    Uuid,
    /// RFC 3339 date and time, with an offset.
    DateTime,
    /// RFC 3339 full date.
    Date,
    /// An IPv4 or IPv6 address, or a CIDR block of one.
    Address,
    /// An e-mail address.
    Email,
    /// A DNS name.
    Hostname,
    /// An absolute URI.
    Uri,
    /// `true` or `false`, written as a string.
    Boolean,
    /// 32 bytes in base64.
    Sha256,
    /// 20 bytes as 40 hexadecimal digits, in either case.
    Sha1,
}

/// A regular expression, compiled into the table of a deterministic automaton.
#[derive(Debug)]
pub struct Pattern {
    /// The expression, as the contract has it, to be shown.
    pub source: &'static str,
    /// The class of each byte.
    pub classes: &'static [u8; 256],
    /// How many classes there are, the class of the end of the text included (it is the last).
    pub stride: u16,
    /// The next state by `state * stride + class`. A state is an index; 0 is dead.
    pub next: &'static [u16],
    /// The state at the start.
    pub start: u16,
    /// Whether the text matches when it ends in (after the end class) the state.
    pub accepts: &'static [bool],
}

/// The constraints of an object.
#[derive(Debug)]
pub struct Object {
    /// The known properties, in the order in which the API writes them. At most 64.
    pub properties: &'static [Property],
    /// Whether other properties are allowed.
    pub additional: AdditionalProperties,
    /// The fewest properties.
    pub min: u32,
    /// The most properties.
    pub max: u32,
    /// Rules between properties.
    pub rules: &'static [Rule],
}

/// A property of an object.
#[derive(Debug)]
pub struct Property {
    /// Its name.
    pub name: &'static str,
    /// What it may be.
    pub schema: &'static Schema,
    /// Whether an object without it is refused.
    pub required: bool,
    /// The API advises against it.
    pub deprecated: bool,
    /// Names that callers write by mistake for this one, such as those of other tools.
    pub aliases: &'static [&'static str],
}

/// Whether an object may have other properties than the known ones.
#[derive(Debug)]
pub enum AdditionalProperties {
    /// Not in requests; responses may have any.
    Unspecified,
    /// Any.
    Allowed,
    /// Values of one schema: the object is a map.
    Schema(&'static Schema),
}

/// A rule between the properties of one object. Rules bind requests only.
#[derive(Debug)]
pub enum Rule {
    /// The first must not be greater than the second, where both are numbers.
    Ordered(&'static str, &'static str),
    /// At most one of these may stand.
    AtMostOne(&'static [&'static str]),
    /// At least one of these must stand.
    AtLeastOne(&'static [&'static str]),
    /// When the property has the value, none of these may stand.
    AbsentWhen {
        /// The deciding property.
        property: &'static str,
        /// Its deciding value.
        equals: &'static str,
        /// What must be absent then.
        absent: &'static [&'static str],
    },
    /// Where the first stands, all of the others must.
    DependentRequired(&'static str, &'static [&'static str]),
    /// Not all of these lists may be empty, where one of them stands.
    NotAllEmpty(&'static [&'static str]),
    /// When the property has the value, or two numbers differ, two other numbers must be equal.
    EqualWhen {
        /// The deciding property.
        property: &'static str,
        /// Its deciding value.
        equals: &'static str,
        /// Numbers that decide by being different.
        differ: [&'static str; 2],
        /// Numbers that must be equal then.
        equal: [&'static str; 2],
    },
    /// A value that is written as those of another group are gets a warning: a region of another provider.
    SameGroup {
        /// The property that has the value.
        value: &'static str,
        /// The property that names the group.
        group: &'static str,
        /// The groups, and how the values of each are written.
        groups: &'static [(&'static str, Pattern)],
    },
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
