//! What comparing markers compare with: `<more-than 7>`, `<number 1..100>`, `<date-time after ${capture.t} within 5m>`.

use std::fmt;
use std::time::Duration;

use crate::json::selector::Selector;
use crate::model::template::{Expression, Template};

/// One value to compare with: a number, or a date-time.
#[derive(Clone, Debug)]
pub struct Bound {
    /// The value, perhaps with holes in it; of a bound in the same answer, the path as it is written.
    pub value: Template,
    /// Where the value is in the answer that is judged.
    pub path: Option<Selector>,
    /// Of a value that was filled in, what it was filled in for: `capture.v`.
    pub origin: Option<String>,
}

impl Bound {
    /// A value of the case.
    pub fn of(value: Template) -> Bound {
        Bound {
            value,
            path: None,
            origin: None,
        }
    }

    /// The value; `None` while it is not filled in.
    pub fn text(&self) -> Option<&str> {
        self.value.as_literal().filter(|_| self.path.is_none())
    }
}

impl fmt::Display for Bound {
    /// The bound as it is written, and where a filled-in value came from.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.value.as_literal() {
            Some(text) => f.write_str(text)?,
            None => self.value.fmt(f)?,
        }
        match &self.origin {
            Some(origin) => write!(f, " (`{origin}`)"),
            None => Ok(()),
        }
    }
}

/// `1..100`, `1..`, `..100`: both bounds included. `8` is `8..8`.
#[derive(Clone, Debug)]
pub struct Range {
    /// The least value or length.
    pub min: Option<Bound>,
    /// The greatest.
    pub max: Option<Bound>,
}

impl Range {
    /// Its bounds.
    pub fn bounds(&self) -> impl Iterator<Item = &Bound> {
        self.min.iter().chain(&self.max)
    }

    /// The range in words after a noun: `from 1 to 100`, `of at least 1 character`.
    pub fn describe(&self, unit: Option<&str>) -> String {
        let of = if unit.is_some() { "of " } else { "" };
        let unit = |count: &Bound| match unit {
            Some(unit) if count.text() == Some("1") => format!(" {unit}"),
            Some(unit) => format!(" {unit}s"),
            None => String::new(),
        };
        match (&self.min, &self.max) {
            (Some(min), Some(max)) if min.text().is_some() && min.text() == max.text() => {
                format!("{of}exactly {min}{}", unit(min))
            }
            (Some(min), Some(max)) if of.is_empty() => format!("from {min} to {max}"),
            (Some(min), Some(max)) => format!("{of}{min} to {max}{}", unit(max)),
            (Some(min), None) => format!("{of}at least {min}{}", unit(min)),
            (None, Some(max)) => format!("{of}at most {max}{}", unit(max)),
            (None, None) => String::new(),
        }
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (bound, before) in [(&self.min, ""), (&self.max, "..")] {
            f.write_str(before)?;
            if let Some(bound) = bound {
                match bound.value.as_literal() {
                    Some(text) => f.write_str(text)?,
                    None => bound.value.fmt(f)?,
                }
            }
        }
        Ok(())
    }
}

/// A period before, after or around a moment.
#[derive(Clone, Debug)]
pub struct Period {
    /// On which side of the moment.
    pub side: PeriodSide,
    /// The moment.
    pub moment: Bound,
    /// How far from it at most, and how that is written.
    pub within: Option<(Duration, String)>,
}

/// On which side of a moment a period is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeriodSide {
    /// Before it, the moment itself excluded.
    Before,
    /// After it, the moment itself excluded.
    After,
    /// Around it.
    Both,
}

impl fmt::Display for Period {
    /// The period as it is written, which is also how messages say it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moment = &self.moment;
        let within = self.within.as_ref().map_or("", |(_, text)| text);
        match self.side {
            PeriodSide::Both => return write!(f, "within {within} of {moment}"),
            PeriodSide::Before => write!(f, "before {moment}")?,
            PeriodSide::After => write!(f, "after {moment}")?,
        }
        if within.is_empty() {
            return Ok(());
        }
        write!(f, " within {within}")
    }
}

/// What a comparing marker compares with.
#[derive(Clone, Debug)]
pub enum Limit {
    /// One value.
    Bound(Bound),
    /// A range of numbers or lengths.
    Range(Range),
    /// A period of time.
    Period(Period),
}

impl Limit {
    /// Every value to compare with.
    pub fn bounds(&self) -> Vec<&Bound> {
        match self {
            Limit::Bound(bound) => vec![bound],
            Limit::Range(range) => range.bounds().collect(),
            Limit::Period(period) => vec![&period.moment],
        }
    }

    /// The same with other bounds.
    ///
    /// # Errors
    ///
    /// Those of `change`.
    pub fn try_map<E>(
        &self,
        mut change: impl FnMut(&Bound) -> Result<Bound, E>,
    ) -> Result<Limit, E> {
        Ok(match self {
            Limit::Bound(bound) => Limit::Bound(change(bound)?),
            Limit::Range(range) => Limit::Range(Range {
                min: range.min.as_ref().map(&mut change).transpose()?,
                max: range.max.as_ref().map(&mut change).transpose()?,
            }),
            Limit::Period(period) => Limit::Period(Period {
                moment: change(&period.moment)?,
                ..period.clone()
            }),
        })
    }

    /// Calls `see` with the expression of each hole.
    pub(super) fn visit_holes<'a>(&'a self, see: &mut dyn FnMut(&'a Expression)) {
        for bound in self.bounds() {
            bound.value.visit_holes(see);
        }
    }
}

impl fmt::Display for Limit {
    /// As it is written after the name of the marker.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Limit::Bound(bound) => bound.fmt(f),
            Limit::Range(range) => range.fmt(f),
            Limit::Period(period) => period.fmt(f),
        }
    }
}
