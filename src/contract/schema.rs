//! The types of compiled schemas, with JSON Schema's words. They are data: `validate` reads them.

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
