//! What many cases have in common, stored once: lists of requirement ids, compiled paths and expressions.
//!
//! Cases of one suite say the same things in the same words. A compiled JSONPath takes a kilobyte, and its parser is
//! slower than a look into a table.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::json::{Selector, SelectorError};
use crate::model::{Argument, Draft, MarkerPlace, MediaType, Shape, TextPattern};

/// What texts in one place accept, by what is written.
type Shapes = HashMap<Box<str>, Arc<Shape>>;

/// The values that were read so far in one load, by what is written.
#[derive(Debug, Default)]
pub(crate) struct Interner {
    ids: HashSet<Arc<[String]>>,
    paths: HashMap<Box<str>, Selector>,
    expressions: HashMap<Box<str>, TextPattern>,
    names: HashSet<Arc<str>>,
    media_types: HashSet<Arc<MediaType>>,
    /// By what is written, a table for each place.
    shapes: Vec<(MarkerPlace, Shapes)>,
}

impl Interner {
    /// The shared copy of a list of requirement ids.
    pub(crate) fn ids(&mut self, ids: Vec<String>) -> Arc<[String]> {
        if let Some(known) = self.ids.get(&*ids) {
            return Arc::clone(known);
        }
        let ids: Arc<[String]> = ids.into();
        self.ids.insert(Arc::clone(&ids));
        ids
    }

    /// The shared copy of a name.
    pub(crate) fn name(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.names.get(name) {
            return Arc::clone(known);
        }
        let name: Arc<str> = name.into();
        self.names.insert(Arc::clone(&name));
        name
    }

    /// The shared copy of a media type.
    pub(crate) fn media_type(&mut self, media_type: MediaType) -> Arc<MediaType> {
        if let Some(known) = self.media_types.get(&media_type) {
            return Arc::clone(known);
        }
        let media_type = Arc::new(media_type);
        self.media_types.insert(Arc::clone(&media_type));
        media_type
    }

    /// The compiled path, if it was compiled before.
    pub(crate) fn known_path(&self, text: &str) -> Option<Selector> {
        self.paths.get(text).cloned()
    }

    /// Compiles a JSONPath, or shares the one that was compiled from the same text.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub(crate) fn path(&mut self, text: &str) -> Result<Selector, SelectorError> {
        if let Some(known) = self.known_path(text) {
            return Ok(known);
        }
        let selector = Selector::new(text)?;
        self.paths.insert(text.into(), selector.clone());
        Ok(selector)
    }

    /// What a text in this place accepts, if it was read before.
    pub(crate) fn known_shape(&self, place: MarkerPlace, text: &str) -> Option<Arc<Shape>> {
        let (_, table) = self.shapes.iter().find(|(known, _)| *known == place)?;
        table.get(text).cloned()
    }

    /// Stores what a text in this place accepts, if it says nothing about where it is written.
    pub(crate) fn keep_shape(&mut self, place: MarkerPlace, text: &str, shape: &Arc<Shape>) {
        let is_without_place = match &**shape {
            Shape::Value(draft) => matches!(draft, Draft::Literal(_)),
            Shape::Marker(marker) => matches!(
                marker.argument,
                Argument::None | Argument::Words(_) | Argument::Regex(_)
            ),
            _ => false,
        };
        if !is_without_place {
            return;
        }
        let found = self.shapes.iter().position(|(known, _)| *known == place);
        let index = found.unwrap_or_else(|| {
            self.shapes.push((place, HashMap::new()));
            self.shapes.len() - 1
        });
        self.shapes[index].1.insert(text.into(), Arc::clone(shape));
    }

    /// Compiles a regular expression, or shares the one that was compiled from the same text.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in one line or more.
    pub(crate) fn expression(&mut self, text: &str) -> Result<TextPattern, String> {
        if let Some(known) = self.expressions.get(text) {
            return Ok(known.clone());
        }
        let expression = TextPattern::new(text)?;
        self.expressions.insert(text.into(), expression.clone());
        Ok(expression)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_twice_is_stored_once_and_mistakes_are_not_stored() {
        let mut interner = Interner::default();
        let first = interner.path("$.a").unwrap();
        assert!(std::ptr::eq(
            first.as_str(),
            interner.path("$.a").unwrap().as_str()
        ));
        assert!(!std::ptr::eq(
            first.as_str(),
            interner.path("$.b").unwrap().as_str()
        ));
        assert!(interner.path("$.").is_err() && interner.known_path("$.").is_none());
        let first = interner.expression("^a").unwrap();
        let again = interner.expression("^a").unwrap();
        assert!(std::ptr::eq(first.as_str(), again.as_str()));
        assert!(interner.expression("(").is_err() && interner.expression("(").is_err());
        let ids = || vec!["A-01".to_owned()];
        assert!(Arc::ptr_eq(&interner.ids(ids()), &interner.ids(ids())));
        assert!(Arc::ptr_eq(&interner.name("Vary"), &interner.name("Vary")));
    }
}
