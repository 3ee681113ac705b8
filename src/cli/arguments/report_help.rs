//! The help of `--report`, derived from the table of formats.

use crate::report::formats::{FORMATS, Implied};

/// The help of `run --report`.
pub(super) fn report() -> String {
    let extensions: Vec<String> = FORMATS
        .iter()
        .filter_map(|format| Some(format!(".{}", format.extension?)))
        .collect();
    let in_directory: Vec<&str> = FORMATS
        .iter()
        .filter(|format| format.implied != Implied::Never)
        .map(|format| format.file)
        .collect();
    let defaults: Vec<String> = FORMATS
        .iter()
        .filter(|format| format.implied == Implied::ByDefault)
        .map(|format| format!("`probity-report/{}`", format.file))
        .collect();
    let formats = FORMATS.iter();
    let lines = formats.map(|format| format!("\n  {:<10}{}", format.name, format.about));
    format!(
        "Write a report in FORMAT to PATH; `-` is standard output. A PATH alone selects the format by its extension \
         ({}); a directory (`out/`) gets {}. May be repeated. Default: {}. Formats:{}",
        extensions.join(", "),
        in_directory.join(", "),
        defaults.join(" and "),
        lines.collect::<String>()
    )
}
