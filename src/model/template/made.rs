//! Values made in the run: `uuid()`, `now(+1h, unix)`, `random-int(1, 6)`, `run.id`, and the variables of a case.
//!
//! A case lists what it needs of them ([`CaseValue`]); `plan` makes them before its first step, once for each attempt.
//! From then on they are found beside the captures, under a name with a dot, which no capture has.

use std::fmt;

use crate::model::source::Span;
use crate::model::template::Draft;

/// How a value is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maker {
    /// `uuid()`: a UUID of version 4 (RFC 9562 section 5.4).
    Uuid,
    /// `random-int(min, max)`: both bounds included.
    RandomInteger {
        /// The least value.
        min: i64,
        /// The greatest value.
        max: i64,
    },
    /// `now(offset, format)`: the time at which the attempt of the case started.
    Now {
        /// What is added, in milliseconds.
        offset: i64,
        /// How it is written.
        format: TimeFormat,
    },
    /// `run.id`: the id of the run, 32 hexadecimal digits.
    RunId,
}

impl Maker {
    /// Does the value depend on the seed of the run?
    pub fn is_random(self) -> bool {
        !matches!(self, Maker::Now { .. })
    }
}

/// How a time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeFormat {
    /// `2026-01-31T12:00:00Z`.
    Rfc3339,
    /// `Sat, 31 Jan 2026 12:00:00 GMT` (RFC 9110 section 5.6.7).
    HttpDate,
    /// Seconds since 1970, a number.
    Unix,
    /// Milliseconds since 1970, a number.
    UnixMs,
    /// `2026-01-31`, in UTC.
    Date,
}

impl TimeFormat {
    /// Every format.
    pub const ALL: [TimeFormat; 5] = [
        TimeFormat::Rfc3339,
        TimeFormat::HttpDate,
        TimeFormat::Unix,
        TimeFormat::UnixMs,
        TimeFormat::Date,
    ];

    /// The name in case files.
    pub fn name(self) -> &'static str {
        match self {
            TimeFormat::Rfc3339 => "rfc3339",
            TimeFormat::HttpDate => "http-date",
            TimeFormat::Unix => "unix",
            TimeFormat::UnixMs => "unix-ms",
            TimeFormat::Date => "date",
        }
    }
}

/// One made value in one place of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made {
    /// The number of the place in its case.
    pub place: usize,
    /// How it is made.
    pub maker: Maker,
}

impl Made {
    /// The name under which the value is found.
    pub fn key(self) -> String {
        format!("made.{}", self.place)
    }
}

/// A value that is made before the first step of a case.
#[derive(Clone, Debug)]
pub struct CaseValue {
    /// The name under which it is found: `made.0`, `var.key`.
    pub key: String,
    /// Where it comes from.
    pub from: ValueSource,
    /// Where it is written.
    pub span: Span,
}

/// Where a value of a case comes from.
#[derive(Clone, Debug)]
pub enum ValueSource {
    /// It is made.
    Made(Maker),
    /// It is a variable, filled in from fixtures and the values before it.
    Variable(Draft),
}

impl fmt::Display for Maker {
    /// The value as it is written in a case file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Maker::Uuid => f.write_str("uuid()"),
            Maker::RandomInteger { min, max } => write!(f, "random-int({min}, {max})"),
            Maker::Now { offset, format } => {
                let offset = (*offset != 0).then(|| written_offset(*offset));
                let is_default = *format == TimeFormat::Rfc3339;
                let format = (!is_default).then(|| format.name().to_owned());
                let arguments: Vec<String> = offset.into_iter().chain(format).collect();
                write!(f, "now({})", arguments.join(", "))
            }
            Maker::RunId => f.write_str("run.id"),
        }
    }
}

/// An offset in its largest unit: `+1h`, `-90s`.
fn written_offset(offset: i64) -> String {
    let units = [
        (86_400_000, "d"),
        (3_600_000, "h"),
        (60_000, "m"),
        (1_000, "s"),
        (1, "ms"),
    ];
    let fits = |(unit, _): &(i64, &str)| offset % unit == 0;
    let (unit, name) = units.into_iter().find(fits).unwrap_or((1, "ms"));
    format!("{:+}{name}", offset / unit)
}
