//! Checks the names in a target file, which contracts declare.

use std::collections::BTreeMap;

use crate::load::node::Key;
use crate::load::target::TargetReader;
use crate::model::{Contract, Diagnostic};
use crate::text::nearest::nearest;

impl TargetReader<'_> {
    /// Checks that a name is declared by the contract that it starts with. If the suite does not have that contract,
    /// there is only a warning.
    pub(super) fn check_name(
        &mut self,
        key: &Key,
        what: &str,
        names: fn(&Contract) -> &BTreeMap<String, String>,
    ) {
        let declared = || {
            self.suite
                .contracts
                .iter()
                .flat_map(|contract| names(contract).keys())
        };
        if declared().any(|name| *name == key.text) {
            return;
        }
        let prefix = key.text.split('.').next().unwrap_or("");
        let is_loaded = self
            .suite
            .contracts
            .iter()
            .any(|contract| contract.name == prefix);
        let diagnostic = Diagnostic::error(
            "target/unknown-name",
            key.span,
            format!(
                "no contract of the suite declares the {what} `{}`",
                key.text
            ),
        );
        let own = |name: &&str| name.split_once('.').is_some_and(|(_, own)| own == key.text);
        let near = nearest(&key.text, declared().map(String::as_str))
            .or_else(|| declared().map(String::as_str).find(own));
        let diagnostic = match near {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None if is_loaded => {
                diagnostic.help(format!("declare it in cases/{prefix}/contract.yaml"))
            }
            None if key.text.contains('.') => {
                diagnostic.help(format!("the suite has no contract `{prefix}`"))
            }
            None => diagnostic.help("write the full name, such as `presence.online`"),
        };
        self.diagnostics.push(if is_loaded || near.is_some() {
            diagnostic
        } else {
            diagnostic.as_warning()
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::load::target::testing::read;

    #[test]
    fn a_name_of_a_contract_outside_the_suite_is_only_a_warning() {
        let text = |name: &str| {
            format!(
                "name: a\nservices: {{ users: \"http://a.example\" }}\nfixtures: {{ {name}: 1 }}"
            )
        };
        assert_eq!(read(&text("elsewhere.thing")).unwrap().1, 1);
        assert_eq!(
            read(&text("demo.usr")).unwrap_err(),
            ["no contract of the suite declares the fixture `demo.usr`"]
        );
    }
}
