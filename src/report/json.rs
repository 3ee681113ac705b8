//! The report as JSON: the data itself, and the schema that describes it.
//!
//! Members are in the order of the fields of [`Report`], cases in plan order, so that two reports
//! of the same run are the same text. `compare` reads this format again.

use std::io;

use serde::Serialize;
use serde_json::{Value, json};

use crate::json::writer;
use crate::model::Report;
use crate::model::report::FORMAT;

/// Writes the report, indented by one space, with a newline at its end.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn render(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    write(report, out)
}

/// Writes a value, indented by one space, with a newline at its end. Control characters are escaped.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn write(value: &impl Serialize, out: &mut dyn io::Write) -> io::Result<()> {
    writer::write_indented(value, " ", out)
}

/// Writes a value on one line, by a single write, with a newline at its end; escaped as by [`write()`].
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn write_line(value: &impl Serialize, out: &mut dyn io::Write) -> io::Result<()> {
    writer::write_line(value, out)
}

/// The JSON Schema (draft 2020-12) of the report.
///
/// Members that are not described are allowed: a later version may add some under the same number.
pub fn schema() -> Value {
    schema_of::<Report>(
        "probity/report.schema.json",
        "Probity report",
        "Everything about a finished run of Probity: what was selected, what became of each case, and \
         what that says about each requirement of the contracts.",
        FORMAT,
    )
}

/// The JSON Schema of a format of ours, whose member `format` is `format`.
pub(super) fn schema_of<T: schemars::JsonSchema>(
    id: &str,
    title: &str,
    description: &str,
    format: &str,
) -> Value {
    let generator = schemars::generate::SchemaSettings::draft2020_12()
        .for_serialize()
        .with_transform(schemars::transform::RecursiveTransform(forget_rust))
        .into_generator();
    let generated = generator.into_root_schema_for::<T>().to_value();
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": id,
        "title": title,
        "description": description,
    });
    if let (Some(schema), Value::Object(generated)) = (schema.as_object_mut(), generated) {
        for (key, value) in generated {
            schema.entry(key).or_insert(value);
        }
    }
    schema["properties"]["format"]["const"] = format.into();
    schema
}

/// Takes out what only means something in Rust: formats like `uint32`, which the draft does not know
/// (`minimum` says what matters), and the word `None`.
fn forget_rust(schema: &mut schemars::Schema) {
    schema.remove("format");
    if let Some(Value::String(description)) = schema.get_mut("description") {
        *description = description.replace("`None`", "`null`").replace('\n', " ");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn rendered(report: &Report) -> String {
        let mut out = Vec::new();
        render(report, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_is_written_reads_back_as_the_same_report() {
        for report in sample::all() {
            let text = rendered(&report);
            assert!(text.ends_with("\n}\n"));
            assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
        }
    }

    #[test]
    fn the_schema_accepts_every_report() {
        let schema = schema();
        jsonschema::meta::validate(&schema).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        for report in sample::all() {
            let value: Value = serde_json::from_str(&rendered(&report)).unwrap();
            let errors: Vec<_> = validator
                .iter_errors(&value)
                .map(|error| format!("{}: {error}", error.instance_path()))
                .collect();
            assert_eq!(errors, [""; 0]);
        }
    }

    #[test]
    fn the_schema_refuses_what_is_not_a_report() {
        let validator = jsonschema::validator_for(&schema()).unwrap();
        let report: Value = serde_json::from_str(&rendered(&sample::broken())).unwrap();
        let mutations: [(&str, Value); 5] = [
            ("/format", "probity-report/2".into()),
            ("/exit", "1".into()),
            ("/cases/0/verdict", "passed".into()),
            ("/requirements/0/level", "must".into()),
            ("/cases/0/place/line", (-1).into()),
        ];
        for (pointer, value) in mutations {
            let mut mutant = report.clone();
            *mutant.pointer_mut(pointer).unwrap() = value;
            assert!(!validator.is_valid(&mutant), "{pointer}");
        }
    }
}
