//! The functions that make values in the run: `uuid()`, `now(+1h, unix)`, `random-int(1, 6)`. Their arguments are words.

use crate::model::{Maker, TimeFormat};
use crate::text::nearest::nearest;

/// Their names.
pub(super) const NAMES: [&str; 3] = ["uuid", "now", "random-int"];

/// The greatest offset of `now`: a hundred years, in milliseconds. Beyond, years would have more than four digits.
const FARTHEST: i64 = 36_525 * 86_400_000;

/// What is wrong with a call, and what to do.
type Mistake = (String, Option<String>);

/// A fact about the run: `run.id`.
pub(super) fn of_run(name: &str) -> Option<Maker> {
    (name == "id").then_some(Maker::RunId)
}

/// Reads a call.
pub(super) fn read(function: &str, arguments: &[String]) -> Result<Maker, Mistake> {
    match (function, arguments) {
        ("uuid", []) => Ok(Maker::Uuid),
        ("uuid", _) => Err((
            format!("`uuid` takes no arguments, found {}", arguments.len()),
            None,
        )),
        ("now", arguments) => now(arguments),
        _ => random_integer(arguments),
    }
}

fn random_integer(arguments: &[String]) -> Result<Maker, Mistake> {
    let help = || Some("write `random-int(1, 6)`: both bounds are included".to_owned());
    let [min, max] = arguments else {
        let found = arguments.len();
        return Err((
            format!("`random-int` takes two arguments, found {found}"),
            help(),
        ));
    };
    let number = |text: &String| {
        let number = text.parse::<i64>();
        number.map_err(|_| {
            let message = format!("`random-int` takes whole numbers of 64 bits, found `{text}`");
            (message, help())
        })
    };
    let (min, max) = (number(min)?, number(max)?);
    if min > max {
        return Err((
            format!("`random-int`: {min} is greater than {max}"),
            Some(format!("write `random-int({max}, {min})`")),
        ));
    }
    Ok(Maker::RandomInteger { min, max })
}

fn now(arguments: &[String]) -> Result<Maker, Mistake> {
    let (mut offset, mut format) = (None, None);
    for argument in arguments {
        let is_offset = argument.starts_with(['+', '-']) || argument == "0";
        let is_second = if is_offset {
            offset.replace(read_offset(argument)?).is_some()
        } else {
            format.replace(read_format(argument)?).is_some()
        };
        if is_second {
            let what = if is_offset { "offset" } else { "format" };
            return Err((format!("`now` takes one {what}"), None));
        }
    }
    Ok(Maker::Now {
        offset: offset.unwrap_or(0),
        format: format.unwrap_or(TimeFormat::Rfc3339),
    })
}

fn read_format(text: &str) -> Result<TimeFormat, Mistake> {
    let names = TimeFormat::ALL.map(TimeFormat::name);
    let known = TimeFormat::ALL
        .into_iter()
        .find(|format| format.name() == text);
    known.ok_or_else(|| {
        let help = match nearest(text, names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!(
                "write an offset such as `+1h` or `-30s`, and one of {}",
                names.join(", ")
            ),
        };
        (format!("`now` has no format `{text}`"), Some(help))
    })
}

/// An offset in milliseconds: `+1h`, `-90s`, `+7d`.
fn read_offset(text: &str) -> Result<i64, Mistake> {
    let unsigned = text.trim_start_matches(['+', '-']);
    let digits = unsigned.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &unsigned[digits.len()..] {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        "" if digits == "0" => 1,
        _ => 0,
    };
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if unit == 0 || !is_number || text.len() - unsigned.len() > 1 {
        return Err((
            format!("invalid offset `{text}` of `now`"),
            Some("write a sign, a whole number and a unit: `+1h`, `-30s`, `+7d`, `-500ms`".into()),
        ));
    }
    let offset = digits.parse::<i64>().ok();
    let offset = offset.and_then(|number| number.checked_mul(unit));
    let offset = offset.filter(|offset| *offset <= FARTHEST).ok_or_else(|| {
        let message = format!("the offset `{text}` of `now` is out of range");
        (message, Some("at most 100 years: `+36525d`".to_owned()))
    })?;
    Ok(if text.starts_with('-') {
        -offset
    } else {
        offset
    })
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Any maker that a call can read.
    pub(in super::super) fn maker() -> impl Strategy<Value = Maker> {
        let bounds = (any::<i64>(), any::<i64>());
        let times = (-FARTHEST..=FARTHEST, 0..TimeFormat::ALL.len());
        prop_oneof![
            Just(Maker::Uuid),
            Just(Maker::RunId),
            bounds.prop_map(|(one, other)| Maker::RandomInteger {
                min: one.min(other),
                max: one.max(other),
            }),
            times.prop_map(|(offset, format)| Maker::Now {
                offset,
                format: TimeFormat::ALL[format],
            }),
        ]
    }

    fn made(function: &str, arguments: &[&str]) -> Result<String, String> {
        let arguments: Vec<String> = arguments.iter().map(|one| (*one).to_owned()).collect();
        let made = read(function, &arguments).map(|maker| maker.to_string());
        made.map_err(|(message, _)| message)
    }

    #[test]
    fn now_takes_an_offset_and_a_format_in_any_order() {
        assert_eq!(made("now", &[]).unwrap(), "now()");
        assert_eq!(made("now", &["unix", "+90m"]).unwrap(), "now(+90m, unix)");
        assert_eq!(made("now", &["-86400s", "date"]).unwrap(), "now(-1d, date)");
        assert_eq!(made("now", &["0"]).unwrap(), "now()");
        for (arguments, message) in [
            (&["+1"][..], "invalid offset `+1` of `now`"),
            (&["++1h"], "invalid offset `++1h` of `now`"),
            (&["-h"], "invalid offset `-h` of `now`"),
            (&["+1y"], "invalid offset `+1y` of `now`"),
            (&["iso"], "`now` has no format `iso`"),
            (&["+1h", "+2h"], "`now` takes one offset"),
            (
                &["+36526d"],
                "the offset `+36526d` of `now` is out of range",
            ),
            (
                &["-99999999999999999999999d"],
                "the offset `-99999999999999999999999d` of `now` is out of range",
            ),
            (
                &["+9223372036854775807h"],
                "the offset `+9223372036854775807h` of `now` is out of range",
            ),
        ] {
            assert_eq!(made("now", arguments).unwrap_err(), message);
        }
    }

    #[test]
    fn random_int_takes_two_bounds_in_order() {
        assert_eq!(
            made("random-int", &["-3", "3"]).unwrap(),
            "random-int(-3, 3)"
        );
        assert!(made("random-int", &["3", "-3"]).is_err());
        assert!(made("random-int", &["1"]).is_err());
        assert!(made("random-int", &["1", "9223372036854775808"]).is_err());
        assert!(made("random-int", &["1", "capture.a"]).is_err());
        assert!(made("uuid", &["4"]).is_err());
    }
}
