//! The cases of a report: a list in memory or, if they are too many for that, put aside and read one at a time.
//!
//! Who reads them cannot tell: [`Cases::iter`] lends or reads each case when its turn comes. A report is rendered with as
//! much memory as one case needs, if its cases are put aside.

use std::borrow::Cow;
use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::io;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::model::report::case::{CaseReport, StepReport};
use crate::model::report::spill::Spill;
use crate::model::verdict::Verdict;

/// The cases of a report, in its order.
#[derive(Clone)]
pub struct Cases(Kept);

#[derive(Clone)]
enum Kept {
    Here(Vec<CaseReport>),
    Aside(Arc<Aside>),
}

struct Aside {
    shelf: Shelf,
    slips: Vec<Slip>,
    /// Positions, in the order of the hashes of the ids there.
    by_hash: Vec<u32>,
}

/// Where cases are put aside.
#[derive(Clone, Default)]
pub struct Shelf {
    spill: Spill,
    hasher: RandomState,
}

/// Where a case is that was put aside, and what is known without reading it.
#[derive(Clone, Copy, Debug)]
pub struct Slip {
    at: u64,
    hash: u64,
    length: u32,
    verdict: Verdict,
    is_plain: bool,
    /// The case started so many milliseconds later than is written there.
    delay: f64,
}

impl Slip {
    /// The case of a run that started so many milliseconds later.
    #[must_use]
    pub fn delayed(self, delay: f64) -> Slip {
        let delay = self.delay + delay;
        Slip { delay, ..self }
    }
}

impl Shelf {
    /// One that keeps what fits into so many bytes in memory.
    #[cfg(test)]
    pub fn with_room(room: usize) -> Shelf {
        Shelf {
            spill: Spill::with_room(room),
            hasher: RandomState::new(),
        }
    }

    /// Puts a case aside.
    ///
    /// # Errors
    ///
    /// When there is no room for it.
    pub fn add(&self, case: &CaseReport) -> io::Result<Slip> {
        let bytes = serde_json::to_vec(case)?;
        let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
        Ok(Slip {
            at: self.spill.add(&bytes)?,
            hash: self.hasher.hash_one(case.id.as_str()),
            length,
            verdict: case.verdict,
            is_plain: is_plain(case),
            delay: 0.0,
        })
    }

    /// Where these cases are. Those that are elsewhere are put aside here, too.
    ///
    /// # Errors
    ///
    /// When there is no room for them, or one cannot be read again.
    pub fn slips(&self, cases: &Cases) -> io::Result<Vec<Slip>> {
        match &cases.0 {
            Kept::Aside(aside) if aside.shelf.spill.is(&self.spill) => Ok(aside.slips.clone()),
            _ => {
                let slips = cases.iter().map(|case| self.add(&case)).collect();
                cases.check().and(slips)
            }
        }
    }

    /// How many bytes were put aside.
    #[cfg(test)]
    pub fn size(&self) -> u64 {
        self.spill.size()
    }

    /// Why they are all in memory, although they are many: no temporary file can be made.
    pub fn no_file(&self) -> Option<String> {
        self.spill.no_file()
    }

    /// The cases of these slips, which must be its own.
    pub fn cases(&self, slips: Vec<Slip>) -> Cases {
        let mut by_hash: Vec<u32> = (0..).take(slips.len()).collect();
        by_hash.sort_by_key(|position| slips[*position as usize].hash);
        Cases(Kept::Aside(Arc::new(Aside {
            shelf: self.clone(),
            slips,
            by_hash,
        })))
    }
}

impl fmt::Debug for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shelf").finish_non_exhaustive()
    }
}

/// Is nothing to be said about the case but that it passed?
fn is_plain(case: &CaseReport) -> bool {
    let is_plain =
        |step: &StepReport| step.resent == 0 && step.branches.is_empty() && step.exchange.is_none();
    case.verdict == Verdict::Pass
        && case.reason.is_empty()
        && case.findings.is_empty()
        && case.left_behind.is_empty()
        && case.violated.is_empty()
        && case.unproven.is_empty()
        && case.reruns.is_empty()
        && case.checks_unjudged == 0
        && case.steps.iter().all(is_plain)
}

impl Aside {
    fn read(&self, slip: &Slip) -> Option<CaseReport> {
        let length = slip.length as usize;
        let read = |bytes: &[u8]| serde_json::from_slice(bytes);
        let mut case: CaseReport = self.shelf.spill.read(slip.at, length, read)?;
        if case.verdict != Verdict::Skip {
            case.started_ms += slip.delay;
            for rerun in &mut case.reruns {
                rerun.started_ms += slip.delay;
            }
        }
        Some(case)
    }

    fn find(&self, id: &str) -> Option<CaseReport> {
        let hash = self.shelf.hasher.hash_one(id);
        let slip = |position: &u32| &self.slips[*position as usize];
        let start = self
            .by_hash
            .partition_point(|position| slip(position).hash < hash);
        let same = self.by_hash[start..].iter().map(slip);
        let mut same = same.take_while(|slip| slip.hash == hash);
        same.find_map(|slip| self.read(slip).filter(|case| case.id == id))
    }
}

impl Cases {
    /// How many there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            Kept::Here(cases) => cases.len(),
            Kept::Aside(aside) => aside.slips.len(),
        }
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The case at a position, from 0.
    pub fn at(&self, position: usize) -> Option<Cow<'_, CaseReport>> {
        match &self.0 {
            Kept::Here(cases) => cases.get(position).map(Cow::Borrowed),
            Kept::Aside(aside) => aside.read(aside.slips.get(position)?).map(Cow::Owned),
        }
    }

    /// The first case with this id.
    pub fn find(&self, id: &str) -> Option<Cow<'_, CaseReport>> {
        match &self.0 {
            Kept::Here(cases) => cases.iter().find(|case| case.id == id).map(Cow::Borrowed),
            Kept::Aside(aside) => aside.find(id).map(Cow::Owned),
        }
    }

    /// Each case.
    pub fn iter(&self) -> Iter<'_> {
        Iter {
            cases: self,
            next: 0,
        }
    }

    /// The verdict of each case, without reading any.
    pub fn verdicts(&self) -> impl Iterator<Item = Verdict> {
        (0..self.len()).map(|position| self.known(position).0)
    }

    /// The cases with this verdict.
    pub fn of(&self, verdict: Verdict) -> impl Iterator<Item = Cow<'_, CaseReport>> {
        let positions = 0..self.len();
        let own = positions.filter(move |position| self.known(*position).0 == verdict);
        own.filter_map(|position| self.at(position))
    }

    /// The cases of which more is to be said than that they passed. Most often there are few.
    pub fn notable(&self) -> impl Iterator<Item = Cow<'_, CaseReport>> {
        let positions = 0..self.len();
        let notable = positions.filter(|position| !self.known(*position).1);
        notable.filter_map(|position| self.at(position))
    }

    /// The verdict of a case, and whether that is all that is to be said.
    fn known(&self, position: usize) -> (Verdict, bool) {
        match &self.0 {
            Kept::Here(cases) => (cases[position].verdict, is_plain(&cases[position])),
            Kept::Aside(aside) => (
                aside.slips[position].verdict,
                aside.slips[position].is_plain,
            ),
        }
    }

    /// All of them in memory, where those of a run or a file are anyway. One that was put aside and cannot be read again
    /// ends the list: whoever has such cases uses [`Cases::iter`] and [`Cases::check`].
    pub fn into_vec(self) -> Vec<CaseReport> {
        match self.0 {
            Kept::Here(cases) => cases,
            Kept::Aside(_) => self.iter().map(Cow::into_owned).collect(),
        }
    }

    /// All of them in memory, to be changed.
    #[cfg(test)]
    pub fn list_mut(&mut self) -> &mut Vec<CaseReport> {
        if let Kept::Aside(_) = &self.0 {
            *self = std::mem::take(self).into_vec().into();
        }
        match &mut self.0 {
            Kept::Here(cases) => cases,
            Kept::Aside(_) => unreachable!("they were taken into memory"),
        }
    }

    /// Was each case there that was asked for? One that cannot be read again ends an iteration; whoever relies on having
    /// seen all of them asks afterwards.
    ///
    /// # Errors
    ///
    /// When one could not be read again.
    pub fn check(&self) -> io::Result<()> {
        match &self.0 {
            Kept::Here(_) => Ok(()),
            Kept::Aside(aside) => aside.shelf.spill.check(),
        }
    }
}

/// Lends or reads each case.
#[derive(Clone, Debug)]
pub struct Iter<'c> {
    cases: &'c Cases,
    next: usize,
}

impl<'c> Iterator for Iter<'c> {
    type Item = Cow<'c, CaseReport>;

    fn next(&mut self) -> Option<Cow<'c, CaseReport>> {
        let case = self.cases.at(self.next)?;
        self.next += 1;
        Some(case)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.cases.len().saturating_sub(self.next)))
    }
}

impl<'c> IntoIterator for &'c Cases {
    type Item = Cow<'c, CaseReport>;
    type IntoIter = Iter<'c>;

    fn into_iter(self) -> Iter<'c> {
        self.iter()
    }
}

impl Default for Cases {
    fn default() -> Cases {
        Cases(Kept::Here(Vec::new()))
    }
}

impl From<Vec<CaseReport>> for Cases {
    fn from(cases: Vec<CaseReport>) -> Cases {
        Cases(Kept::Here(cases))
    }
}

impl FromIterator<CaseReport> for Cases {
    fn from_iter<I: IntoIterator<Item = CaseReport>>(cases: I) -> Cases {
        Cases(Kept::Here(cases.into_iter().collect()))
    }
}

impl PartialEq for Cases {
    fn eq(&self, other: &Cases) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl fmt::Debug for Cases {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kept::Here(cases) => cases.fmt(f),
            Kept::Aside(aside) => write!(f, "{} cases put aside", aside.slips.len()),
        }
    }
}

impl Serialize for Cases {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = serializer.collect_seq(self.iter())?;
        self.check().map_err(serde::ser::Error::custom)?;
        Ok(written)
    }
}

impl<'de> Deserialize<'de> for Cases {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Cases, D::Error> {
        Vec::deserialize(deserializer).map(Cases::from)
    }
}

/// Unit tests make reports and change them.
#[cfg(test)]
impl std::ops::Deref for Cases {
    type Target = Vec<CaseReport>;

    fn deref(&self) -> &Vec<CaseReport> {
        match &self.0 {
            Kept::Here(cases) => cases,
            Kept::Aside(_) => panic!("the cases are put aside"),
        }
    }
}

/// Unit tests make reports and change them.
#[cfg(test)]
impl std::ops::DerefMut for Cases {
    fn deref_mut(&mut self) -> &mut Vec<CaseReport> {
        self.list_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    /// The same report with its cases put aside.
    fn aside(report: &crate::model::Report, room: usize) -> crate::model::Report {
        let shelf = Shelf::with_room(room);
        let slips = shelf.slips(&report.cases).unwrap();
        crate::model::Report {
            cases: shelf.cases(slips),
            ..report.clone()
        }
    }

    #[test]
    fn every_format_is_the_same_wherever_the_cases_are() {
        for (name, here) in sample::named() {
            for room in [0, 1 << 20] {
                let aside = aside(&here, room);
                assert_eq!(aside, here, "{name}");
                for format in crate::report::formats::FORMATS {
                    let rendered = |report| {
                        let mut out = Vec::new();
                        format.write(report, &mut out).unwrap();
                        String::from_utf8(out).unwrap()
                    };
                    assert_eq!(
                        rendered(&aside),
                        rendered(&here),
                        "{name} as {}",
                        format.name
                    );
                }
                for verbosity in [0, 1, 2] {
                    use crate::report::terminal::{TerminalOptions, Verbosity, render};
                    let verbosity =
                        [Verbosity::Quiet, Verbosity::Normal, Verbosity::Verbose][verbosity];
                    let options = TerminalOptions {
                        verbosity,
                        ..TerminalOptions::default()
                    };
                    let rendered = |report| {
                        let mut out = Vec::new();
                        render(report, &options, &mut out).unwrap();
                        String::from_utf8(out).unwrap()
                    };
                    assert_eq!(rendered(&aside), rendered(&here), "{name}");
                }
                aside.cases.check().unwrap();
            }
        }
    }

    #[test]
    fn each_case_is_found_by_its_id_and_what_is_not_there_is_not() {
        let here = sample::broken();
        let aside = aside(&here, 0);
        for (position, case) in here.cases.iter().enumerate() {
            assert_eq!(aside.cases.find(&case.id).as_deref(), Some(&*case));
            assert_eq!(aside.cases.at(position).as_deref(), Some(&*case));
        }
        assert_eq!(aside.cases.find("presence"), None);
        assert_eq!(aside.cases.at(here.cases.len()), None);
        let of = |report: &crate::model::Report| -> Vec<String> {
            let cases = report.cases.of(Verdict::Fail).chain(report.cases.notable());
            cases.map(|case| case.id.clone()).collect()
        };
        assert_eq!(of(&aside), of(&here));
        assert!(aside.cases.verdicts().eq(here.cases.verdicts()));
    }

    #[test]
    fn a_case_that_cannot_be_read_again_is_an_error_in_every_format() {
        let damaged = || {
            let here = sample::broken();
            let shelf = Shelf::default();
            let mut slips = shelf.slips(&here.cases).unwrap();
            slips[1].length -= 1;
            crate::model::Report {
                cases: shelf.cases(slips),
                ..here
            }
        };
        for format in crate::report::formats::FORMATS {
            let report = damaged();
            assert!(report.cases.check().is_ok());
            let written = format.write(&report, &mut Vec::new());
            // The badge reads no case, so nothing is left out of it.
            assert_eq!(written.is_err(), format.name != "badge", "{}", format.name);
            assert_eq!(report.cases.iter().count(), 1);
            assert!(report.cases.check().is_err());
            let written = format.write(&report, &mut Vec::new());
            assert!(written.is_err(), "{}", format.name);
        }
        let written = crate::harness::render(&damaged(), "text", &mut Vec::new());
        assert!(written.is_err());
    }
}
