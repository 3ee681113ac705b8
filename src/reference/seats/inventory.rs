//! What the store owns and who holds its seats: products with their distribution policy, and the directory
//! of the users a seat may be given to.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::reference::contract::State;

/// The inventory entries of the tenant.
#[derive(Debug)]
pub(crate) struct Inventory(Vec<Entry>);

/// One inventory entry.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) product_id: &'static str,
    pub(crate) sku_id: &'static str,
    pub(crate) distribution: Distribution,
    /// The date of assignment, by the user who holds the seat.
    pub(crate) seats: BTreeMap<String, String>,
    capacity: usize,
}

/// How seats of an entry are given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Distribution {
    /// To anybody, without limit.
    Open,
    /// As many as there are.
    Restricted,
    /// Not at all by this service: the license is an offline one.
    Offline,
}

/// The users of the fixtures.
const NAMED_USERS: [&str; 4] = [
    "alex@contoso.example",
    "bo@contoso.example",
    "cam@contoso.example",
    "adele@contoso.example",
];

impl State for Inventory {
    /// Three entries, whose seats nobody holds.
    fn initial() -> Self {
        let entries = [
            ("9NBLGGH4R2R6", "0016", Distribution::Open, 1000),
            ("CFQ7TTC0K5DR", "0001", Distribution::Restricted, 2),
            ("9WZDNCRFHVJL", "0010", Distribution::Offline, 0),
        ];
        let entries = entries.map(|(product_id, sku_id, distribution, capacity)| Entry {
            product_id,
            sku_id,
            distribution,
            seats: BTreeMap::new(),
            capacity,
        });
        Self(entries.into())
    }

    /// Who holds a seat: by product, SKU and user. When a seat was given is left out: it does not say who has one.
    fn to_json(&self) -> Value {
        let mut holders = json!({});
        for entry in &self.0 {
            let users = entry
                .seats
                .keys()
                .map(|user| (user.clone(), "active".into()));
            holders[entry.product_id][entry.sku_id] = Value::Object(users.collect());
        }
        holders
    }
}

impl Inventory {
    /// The entry with these ids, compared with case.
    pub(crate) fn entry(&mut self, product_id: &str, sku_id: &str) -> Option<&mut Entry> {
        self.0
            .iter_mut()
            .find(|entry| entry.product_id == product_id && entry.sku_id == sku_id)
    }

    /// The first entry of a product, whatever its SKU.
    pub(crate) fn first_of(&mut self, product_id: &str) -> Option<&mut Entry> {
        self.0
            .iter_mut()
            .find(|entry| entry.product_id == product_id)
    }

    /// All entries, in a fixed order.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.0.iter()
    }
}

impl Entry {
    /// How many seats there are.
    pub(crate) fn capacity(&self) -> usize {
        self.capacity
    }

    /// How many of them nobody holds.
    pub(crate) fn available(&self) -> usize {
        self.capacity.saturating_sub(self.seats.len())
    }
}

/// The name of a user as the directory spells it, which compares names without case. Besides the fixtures
/// it knows `user01@contoso.example` to `user99@contoso.example`, enough to fill several pages.
pub(crate) fn directory_name(name: &str) -> Option<String> {
    let name = name.to_ascii_lowercase();
    let number = name
        .strip_prefix("user")
        .and_then(|rest| rest.strip_suffix("@contoso.example"));
    let is_numbered = number
        .is_some_and(|digits| digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit()));
    (is_numbered && number != Some("00") || NAMED_USERS.contains(&name.as_str())).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_directory_knows_fixtures_and_numbered_users() {
        assert_eq!(
            directory_name("Alex@Contoso.example").as_deref(),
            Some("alex@contoso.example")
        );
        assert!(directory_name("user42@contoso.example").is_some());
        for stranger in [
            "nobody@contoso.example",
            "user00@contoso.example",
            "user1@contoso.example",
            "user0x@contoso.example",
            "",
        ] {
            assert_eq!(directory_name(stranger), None, "{stranger}");
        }
    }
}
