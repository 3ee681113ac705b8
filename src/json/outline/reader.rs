//! The text of an outline, read back.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::json::document::DEPTH_LIMIT;
use crate::json::outline::{Items, Members, Outline, SCALARS};

/// Reads the text of an outline from its beginning.
pub(crate) struct Reader<'r> {
    rest: &'r str,
}

impl Reader<'_> {
    /// Nothing when the text is no outline.
    pub(crate) fn read(text: &str) -> Option<Outline<'static>> {
        let mut reader = Reader { rest: text };
        let outline = reader.outline(0)?;
        reader.rest.is_empty().then_some(outline)
    }

    fn eat(&mut self, token: &str) -> bool {
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn outline(&mut self, depth: usize) -> Option<Outline<'static>> {
        if depth > DEPTH_LIMIT + 2 {
            return None;
        }
        let mut outline = Outline::default();
        loop {
            if self.eat("[") {
                outline.array = Some(Box::new(self.items(depth)?));
            } else if self.eat("{") {
                outline.object = Some(Box::new(self.members(depth)?));
            } else {
                let (bit, _) = SCALARS.iter().find(|(_, word)| self.eat(word))?;
                outline.scalars |= bit;
            }
            if !self.eat("|") {
                return Some(outline);
            }
        }
    }

    fn items(&mut self, depth: usize) -> Option<Items<'static>> {
        if self.eat("…]") {
            return Some(Items::Unknown);
        }
        if self.eat("]") {
            return Some(Items::All(Outline::default()));
        }
        let all = self.outline(depth + 1)?;
        self.eat("]").then_some(Items::All(all))
    }

    fn members(&mut self, depth: usize) -> Option<Members<'static>> {
        if self.eat("…}") {
            return Some(Members::Unknown);
        }
        if self.eat("*:") {
            let all = if self.rest.starts_with('}') {
                Outline::default()
            } else {
                self.outline(depth + 1)?
            };
            return self.eat("}").then_some(Members::Map(all));
        }
        let mut names = BTreeMap::new();
        while !self.eat("}") {
            if !names.is_empty() && !self.eat(",") {
                return None;
            }
            let name = self.name()?;
            let count = if self.eat("?") { 1 } else { 2 };
            if !self.eat(":") {
                return None;
            }
            let member = self.outline(depth + 1)?;
            names.insert(Cow::Owned(name), (member, count));
        }
        Some(Members::Named { objects: 2, names })
    }

    fn name(&mut self) -> Option<String> {
        if self.rest.starts_with('"') {
            let mut values = serde_json::Deserializer::from_str(self.rest).into_iter::<String>();
            let name = values.next()?.ok()?;
            self.rest = self.rest.get(values.byte_offset()..)?;
            return Some(name);
        }
        let end = self.rest.find(['?', ':'])?;
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        (!name.is_empty()).then(|| name.to_owned())
    }
}
