//! Makes the values of one attempt of a case: UUIDs, random numbers, times, and variables.
//!
//! A random value depends on the seed of the run, the case, its attempt and the place in the case, and on nothing else:
//! not on the order of cases, nor on how many run at the same time.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use ring::digest::{Context, SHA256};
use serde_json::Value;

use crate::model::{Case, Maker, Scope, Suite, TimeFormat, Unresolved, ValueSource, hexadecimal};
use crate::plan::Plan;

/// What made values depend on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment<'a> {
    /// The seed of the run.
    pub(crate) seed: u64,
    /// The time at which the attempt started.
    pub(crate) now: Timestamp,
    /// The id of the run, if its requests carry one.
    pub(crate) run_id: Option<&'a str>,
    /// The attempt of the case, from 0.
    pub(crate) attempt: usize,
}

/// Makes the values of a case, by name.
///
/// # Errors
///
/// When a variable cannot be filled in, in one line.
pub(crate) fn make(
    case: &Case,
    fixtures: &BTreeMap<String, Value>,
    moment: Moment<'_>,
) -> Result<BTreeMap<String, Value>, Unresolved> {
    let mut values = BTreeMap::new();
    for value in &case.values {
        let made = match &value.from {
            ValueSource::Made(maker) => made(*maker, &case.id, &value.key, moment)?,
            ValueSource::Variable(draft) => {
                let scope = Scope {
                    fixtures,
                    captures: &values,
                };
                let failed = |why: Unresolved| match why {
                    Unresolved::Unfit(why) => Unresolved::Unfit(format!("`{}`: {why}", value.key)),
                    why => why,
                };
                draft.resolve(scope).map_err(failed)?
            }
        };
        values.insert(value.key.clone(), made);
    }
    Ok(values)
}

/// Does the run of a plan use the seed?
pub(crate) fn uses_seed(plan: &Plan, suite: &Suite) -> bool {
    let mut cases = plan.cases.iter().filter(|planned| planned.skip.is_none());
    cases.any(|planned| {
        let mut values = suite.cases[planned.index].values.iter();
        values.any(|value| matches!(value.from, ValueSource::Made(maker) if maker.is_random()))
    })
}

fn made(maker: Maker, case: &str, key: &str, moment: Moment<'_>) -> Result<Value, Unresolved> {
    match maker {
        Maker::Uuid => Ok(uuid(&random(case, key, moment)).into()),
        Maker::RandomInteger { min, max } => {
            Ok(between(min, max, &random(case, key, moment)).into())
        }
        Maker::Now { offset, format } => time(moment.now, offset, format),
        Maker::RunId => Ok(match moment.run_id {
            Some(id) => id.into(),
            None => hexadecimal(&first(&random(
                "",
                "run.id",
                Moment {
                    attempt: 0,
                    ..moment
                },
            )))
            .into(),
        }),
    }
}

/// 32 bytes for one place.
fn random(case: &str, key: &str, moment: Moment<'_>) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    context.update(&moment.seed.to_be_bytes());
    context.update(&(moment.attempt as u64).to_be_bytes());
    // The length keeps the id of the case and the key apart.
    context.update(&(case.len() as u64).to_be_bytes());
    context.update(case.as_bytes());
    context.update(key.as_bytes());
    let mut bytes = [0; 32];
    bytes.copy_from_slice(context.finish().as_ref());
    bytes
}

fn first(bytes: &[u8; 32]) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&bytes[..16]);
    half
}

/// A UUID of version 4 (RFC 9562 section 5.4).
fn uuid(bytes: &[u8; 32]) -> String {
    let mut bytes = first(bytes);
    bytes[6] = 0x40 | bytes[6] & 0x0f;
    bytes[8] = 0x80 | bytes[8] & 0x3f;
    let digits = hexadecimal(&bytes);
    format!(
        "{}-{}-{}-{}-{}",
        &digits[..8],
        &digits[8..12],
        &digits[12..16],
        &digits[16..20],
        &digits[20..]
    )
}

/// A number from `min` to `max`. With 128 random bits no number is noticeably more likely than another.
fn between(min: i64, max: i64, bytes: &[u8; 32]) -> i64 {
    let count = u128::from(max.abs_diff(min)) + 1;
    let above = u64::try_from(u128::from_be_bytes(first(bytes)) % count).unwrap_or(0);
    min.wrapping_add_unsigned(above)
}

fn time(now: Timestamp, offset: i64, format: TimeFormat) -> Result<Value, Unresolved> {
    let out_of_range = || Unresolved::Unfit("the time of `now` is out of range".into());
    let milliseconds = now.as_millisecond().checked_add(offset);
    let time = milliseconds.and_then(|time| Timestamp::from_millisecond(time).ok());
    let time = time.ok_or_else(out_of_range)?;
    Ok(match format {
        TimeFormat::Unix => time.as_second().into(),
        TimeFormat::UnixMs => time.as_millisecond().into(),
        TimeFormat::Rfc3339 => time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into(),
        TimeFormat::Date => time.strftime("%Y-%m-%d").to_string().into(),
        TimeFormat::HttpDate => {
            let written = rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&time);
            written.map_err(|_| out_of_range())?.into()
        }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn moment(seed: u64) -> Moment<'static> {
        Moment {
            seed,
            now: "2026-01-31T12:00:00.5Z".parse().unwrap(),
            run_id: None,
            attempt: 0,
        }
    }

    #[test]
    fn a_time_is_written_as_asked() {
        let at = |offset, format| time(moment(0).now, offset, format).unwrap();
        assert_eq!(at(0, TimeFormat::Rfc3339), "2026-01-31T12:00:00Z");
        assert_eq!(at(86_400_000, TimeFormat::Date), "2026-02-01");
        assert_eq!(at(0, TimeFormat::HttpDate), "Sat, 31 Jan 2026 12:00:00 GMT");
        assert_eq!(at(-500, TimeFormat::UnixMs), 1_769_860_800_000_i64);
        assert_eq!(at(1_500, TimeFormat::Unix), 1_769_860_802);
        assert!(time(Timestamp::MAX, 1_000, TimeFormat::Date).is_err());
        assert!(time(moment(0).now, i64::MAX, TimeFormat::Date).is_err());
    }

    #[test]
    fn a_value_depends_on_seed_case_attempt_and_place() {
        let one = random("a/b", "made.0", moment(1));
        let again = Moment {
            attempt: 1,
            ..moment(1)
        };
        for other in [
            random("a/b", "made.0", moment(2)),
            random("a/c", "made.0", moment(1)),
            random("a/b", "made.1", moment(1)),
            random("a/b", "made.0", again),
        ] {
            assert_ne!(one, other);
        }
        assert_eq!(one, random("a/b", "made.0", moment(1)));
    }

    #[test]
    fn the_id_of_the_run_is_the_same_in_every_case_and_attempt() {
        let id = |case: &str, attempt| {
            let moment = Moment {
                attempt,
                ..moment(7)
            };
            made(Maker::RunId, case, "made.0", moment).unwrap()
        };
        assert_eq!(id("a", 0), id("b", 3));
        assert_eq!(id("a", 0).as_str().unwrap().len(), 32);
        let named = Moment {
            run_id: Some("named"),
            ..moment(7)
        };
        assert_eq!(made(Maker::RunId, "a", "made.0", named).unwrap(), "named");
    }

    proptest! {
        #[test]
        fn a_random_number_is_within_its_bounds(one: i64, other: i64, seed: u64) {
            let (min, max) = (one.min(other), one.max(other));
            let number = between(min, max, &random("case", "made.0", moment(seed)));
            prop_assert!((min..=max).contains(&number));
        }

        #[test]
        fn a_uuid_has_its_version_and_variant(seed: u64) {
            let uuid = uuid(&random("case", "made.0", moment(seed)));
            let is_version_4 = uuid.as_bytes()[14] == b'4' && b"89ab".contains(&uuid.as_bytes()[19]);
            prop_assert!(is_version_4 && uuid.len() == 36);
        }
    }
}
