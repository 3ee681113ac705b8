//! Who requests can be made as.

use std::collections::BTreeMap;

use super::TargetReader;
use crate::load::format::TargetFile;
use crate::load::scalars::is_token;
use crate::model::{Diagnostic, Identity, Secret};

impl TargetReader<'_> {
    pub(super) fn identities(&mut self, format: &TargetFile<'_>) -> BTreeMap<String, Identity> {
        let mut identities = BTreeMap::new();
        for (key, headers) in format.identities.iter().flat_map(|entries| &entries.0) {
            self.check_name(key, "identity", |contract| &contract.identities);
            let mut identity = Identity::default();
            for (name, value) in &headers.0 {
                if !is_token(&name.text) {
                    let message =
                        format!("`{}` is not the name of a header", name.text.escape_debug());
                    self.diagnostics.push(Diagnostic::error(
                        "target/header-name",
                        name.span,
                        message,
                    ));
                }
                let Some(filled) = self.fill(*value) else {
                    continue;
                };
                if filled.contains(['\r', '\n', '\0']) {
                    let message = format!("the value of `{}` holds a line end or NUL", name.text);
                    self.diagnostics.push(Diagnostic::error(
                        "target/header-value",
                        value.span,
                        message,
                    ));
                }
                identity
                    .headers
                    .push((name.text.clone(), Secret::new(filled)));
            }
            identities.insert(key.text.clone(), identity);
        }
        identities
    }
}
