//! One violation of the contract by a value.
//!
//! The shape is that of Standard Schema (a path and a message), with a code, the expected and the received value for programs.
//! An issue never holds the text of a secret property, only its type.

use std::borrow::Cow;
use std::fmt;

/// How many issues of one value are noted, give or take those of one object.
pub const MOST_ISSUES: usize = 1_000;

/// One violation of the contract.
#[derive(Clone, Debug, PartialEq)]
pub struct Issue {
    /// The place: property names and indices from the root, such as `["body", "ipAccessList", 0, "source"]`.
    pub path: Vec<Step>,
    /// The kind of violation.
    pub code: Code,
    /// The constraint of the contract in words: `a multiple of 12`.
    pub expected: String,
    /// The received value in words, shortened: `30`, `"restart"`, `null`, `nothing`.
    pub received: String,
    /// Advice, such as the nearest known name: `did you mean ipAccessList?`
    pub hint: Option<String>,
}

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Into a property.
    Key(Cow<'static, str>),
    /// Into an item.
    Index(usize),
}

/// The kind of a violation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// Another JSON type.
    Type,
    /// A required property is missing.
    Required,
    /// A property that the contract does not know.
    Unknown,
    /// Not one of the allowed values.
    Enum,
    /// A number below its minimum, or not above its exclusive minimum.
    Minimum,
    /// A number above its maximum.
    Maximum,
    /// A number that is not a multiple of the schema's `multipleOf`.
    Step,
    /// A string that is too short or too long.
    Length,
    /// A string that is not of its format.
    Format,
    /// A string that does not match its pattern.
    Pattern,
    /// Too few or too many items or properties.
    Count,
    /// An item occurs twice.
    Duplicate,
    /// None of the alternatives fits.
    Union,
    /// A rule between properties is broken.
    Rule,
    /// Nested too deep.
    Depth,
    /// Not JSON.
    Syntax,
    /// The body of a response can not be read.
    Unreadable,
}

impl Code {
    /// The code in JavaScript.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Required => "required",
            Self::Unknown => "unknown",
            Self::Enum => "enum",
            Self::Minimum => "minimum",
            Self::Maximum => "maximum",
            Self::Step => "step",
            Self::Length => "length",
            Self::Format => "format",
            Self::Pattern => "pattern",
            Self::Count => "count",
            Self::Duplicate => "duplicate",
            Self::Union => "union",
            Self::Rule => "rule",
            Self::Depth => "depth",
            Self::Syntax => "syntax",
            Self::Unreadable => "unreadable",
        }
    }
}

impl Code {
    /// Whether the constraint is a limit, which the service may have raised since the contract was written.
    #[must_use]
    pub const fn is_limit(self) -> bool {
        matches!(
            self,
            Self::Enum | Self::Minimum | Self::Maximum | Self::Step | Self::Length | Self::Pattern | Self::Count
        )
    }
}

impl Issue {
    /// An issue without a hint.
    #[must_use]
    pub fn new(path: &[Step], code: Code, expected: &str, received: &str) -> Self {
        Self { path: path.to_vec(), code, expected: expected.to_owned(), received: received.to_owned(), hint: None }
    }

    /// The issue in one line, without its path: `expected a multiple of 12, received 30`.
    #[must_use]
    pub fn message(&self) -> String {
        let hint = self.hint.as_deref().unwrap_or_default();
        let colon = if hint.is_empty() { "" } else { ": " };
        format!("expected {}, received {}{colon}{hint}", self.expected, self.received)
    }

    /// With its path: `body.ipAccessList[0].source: expected …, received …`
    #[must_use]
    pub fn line(&self) -> String {
        let mut line = String::new();
        for step in &self.path {
            match step {
                Step::Key(key) if line.is_empty() => line.push_str(key),
                Step::Key(key) => line += &format!(".{key}"),
                Step::Index(index) => line += &format!("[{index}]"),
            }
        }
        format!("{line}: {}", self.message())
    }
}

/// Displays [`Issue::line`].
impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line())
    }
}
