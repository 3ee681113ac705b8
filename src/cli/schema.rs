//! `probity schema`: prints the JSON Schemas of input files and reports, which the binary carries.

use crate::load::format_schemas;
use crate::model::ExitCode;
use crate::report::{json, proof, statement};

use crate::cli::arguments::{SchemaKind, SchemaOptions};
use crate::cli::output::Terminal;

/// Prints one schema.
pub(crate) fn schema(options: &SchemaOptions, terminal: &Terminal) -> ExitCode {
    let schema = match options.kind {
        SchemaKind::Report => json::schema(),
        SchemaKind::Proof => proof::schema(),
        SchemaKind::Statement => statement::schema(),
        kind => {
            let name = format!("{}.schema.json", kind.name());
            let mut schemas = format_schemas().into_iter();
            let found = schemas.find(|(known, _)| *known == name);
            found.map_or(serde_json::Value::Null, |(_, schema)| schema)
        }
    };
    terminal.print(|out| json::write(&schema, out));
    ExitCode::Conforms
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::ValueEnum as _;

    #[test]
    fn every_kind_of_file_has_a_schema() {
        let names: Vec<&str> = format_schemas().into_iter().map(|(name, _)| name).collect();
        for kind in SchemaKind::value_variants() {
            let name = format!("{}.schema.json", kind.name());
            let is_output = matches!(
                kind,
                SchemaKind::Report | SchemaKind::Proof | SchemaKind::Statement
            );
            assert!(is_output || names.contains(&name.as_str()), "{name}");
        }
        assert_eq!(names.len() + 3, SchemaKind::value_variants().len());
    }
}
