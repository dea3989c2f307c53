//! One way in which a value breaks the contract.
//!
//! The shape follows Standard Schema (a path and a message), with what a program needs to react: a code, what was
//! expected and what came. The text of a secret property never gets into an issue: its type stands there instead.

use std::borrow::Cow;
use std::fmt;

use crate::text::{also, digits, text};

/// One way in which a value breaks the contract.
#[derive(Clone, Debug, PartialEq)]
pub struct Issue {
    /// Where: property names and indices from the root, such as `["body", "ipAccessList", 0, "source"]`.
    pub path: Vec<Step>,
    /// What kind of breach.
    pub code: Code,
    /// What the contract asks for, in words: `a multiple of 12`.
    pub expected: String,
    /// What came, in words, shortened: `30`, `"restart"`, `null`, `nothing`.
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

/// What kind of breach an issue is.
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
    /// A number below its least value, or not above its bound.
    Minimum,
    /// A number above its greatest value.
    Maximum,
    /// Not a multiple of the step.
    Step,
    /// A string that is too short or too long.
    Length,
    /// A string that is not of its format.
    Format,
    /// A string that does not match its pattern.
    Pattern,
    /// Too few or too many items or properties.
    Count,
    /// An item stands twice.
    Duplicate,
    /// None of the alternatives fits.
    Union,
    /// A rule between properties is broken.
    Rule,
    /// Nested too deep.
    Depth,
    /// Not JSON.
    Syntax,
    /// A response whose body can not be read.
    Unreadable,
}

impl Code {
    /// The code as programs see it.
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
    /// Whether it is about a limit, which the service may have raised since the contract was written.
    #[must_use]
    pub const fn is_limit(self) -> bool {
        matches!(
            self,
            Self::Enum | Self::Minimum | Self::Maximum | Self::Step | Self::Length | Self::Pattern | Self::Count
        )
    }
}

impl Issue {
    /// The issue in one line, without its path: `expected a multiple of 12, received 30`.
    #[must_use]
    pub fn message(&self) -> String {
        let hint = self.hint.as_deref().unwrap_or_default();
        let colon = if hint.is_empty() { "" } else { ": " };
        text(&["expected ", &self.expected, ", received ", &self.received, colon, hint])
    }

    /// With its path: `body.ipAccessList[0].source: expected …, received …`
    #[must_use]
    pub fn line(&self) -> String {
        let mut line = String::new();
        for step in &self.path {
            match step {
                Step::Key(key) => also(&mut line, ".", key),
                Step::Index(index) => line.push_str(&text(&["[", &digits(*index as u64), "]"])),
            }
        }
        text(&[&line, ": ", &self.message()])
    }
}

/// Its line.
impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line())
    }
}
