//! Expectations: blocks of checks that prove requirements.

use std::sync::Arc;
use std::time::Duration;

use crate::json::schema::SchemaId;
use crate::json::selector::Selector;
use crate::model::body_bytes::{BytesCondition, CodingCondition};
use crate::model::condition::{Condition, Conditions};
use crate::model::contract::Level;
use crate::model::head_check::{HeaderCheck, StatusCheck, StatusPattern};
use crate::model::pattern::Pattern;
use crate::model::server_events::EventLimit;
use crate::model::source::Span;
use crate::model::template::{Expression, Template};
use crate::model::when::When;
use crate::model::xml::XmlCheck;

/// Checks on one response that together prove the same requirements.
#[derive(Clone, Debug)]
pub struct Block {
    /// The requirements that it proves, the main one first. Empty: the block is a precondition, and its failure is an
    /// error.
    pub proves: Arc<[String]>,
    /// The strictest level of the requirements; `None` for a precondition.
    pub level: Option<Level>,
    /// The check of the status.
    pub status: Option<StatusCheck>,
    /// Which requirements an unexpected status violates, with the statuses. One of `proves` that is not here is violated
    /// by every status that no other claims. Empty: every unexpected status violates all.
    pub blames: Vec<(String, Vec<StatusPattern>)>,
    /// Header fields.
    pub headers: Vec<HeaderCheck>,
    /// The body.
    pub body: Vec<BodyCheck>,
    /// Do the checks of the body pass if there is no body? In a block without them, those of headers do.
    pub or_empty: bool,
    /// The time within which the answer is complete, and where that is written.
    pub within: Option<(Duration, Span)>,
    /// The answers that the block is about; `None` is all. Of another answer it says nothing.
    pub when: Option<Box<When>>,
    /// Alternatives, of which at least one must hold; empty if nothing is to choose from. They prove what this block proves,
    /// and have no alternatives and no `when` themselves.
    pub any_of: Vec<Block>,
    /// The whole block.
    pub span: Span,
}

impl Block {
    /// Calls `see` with the expression of each hole in the checks and the condition.
    pub fn visit_holes<'a>(&'a self, see: &mut dyn FnMut(&'a Expression)) {
        for pattern in self.patterns() {
            pattern.visit_holes(see);
        }
        for header in self.when.iter().flat_map(|when| &when.headers) {
            for pattern in header.expected.patterns() {
                pattern.visit_holes(see);
            }
        }
        for check in self.body_checks() {
            match check {
                BodyCheck::Select(selection) => {
                    if let Some(template) = &selection.template {
                        template.visit_holes(see);
                    }
                }
                BodyCheck::Bytes { condition, .. } => condition.visit_holes(see),
                BodyCheck::Xml { check, .. } => check.holes().iter().for_each(&mut *see),
                _ => {}
            }
        }
        for condition in self.parts().flat_map(Block::conditions) {
            if let Condition::Equal(draft)
            | Condition::SubsetOf(draft)
            | Condition::SupersetOf(draft)
            | Condition::SameSet(draft) = condition
            {
                draft.visit_holes(see);
            }
        }
    }

    /// The block and its alternatives.
    pub fn parts(&self) -> impl Iterator<Item = &Block> {
        std::iter::once(self).chain(&self.any_of)
    }

    /// The checks of the body, also those of the alternatives.
    pub fn body_checks(&self) -> impl Iterator<Item = &BodyCheck> {
        self.parts().flat_map(|part| &part.body)
    }

    /// The checks of header fields, also those of the alternatives.
    pub fn header_checks(&self) -> impl Iterator<Item = &HeaderCheck> {
        self.parts().flat_map(|part| &part.headers)
    }

    /// The status that every answer must have; `None` if the block says nothing about it, or not about every answer.
    pub fn required_status(&self) -> Option<&StatusCheck> {
        self.status.as_ref().filter(|_| self.when.is_none())
    }

    /// How many checks it counts for. Alternatives are one together.
    pub fn checks(&self) -> usize {
        let in_body: usize = self.body.iter().map(BodyCheck::checks).sum();
        let others = [self.within.is_some(), !self.any_of.is_empty()];
        self.headers.len() + in_body + others.into_iter().filter(|is_there| *is_there).count()
    }

    /// The patterns of all checks, also of the alternatives.
    pub fn patterns(&self) -> impl Iterator<Item = &Pattern> {
        self.parts().flat_map(Block::own_patterns)
    }

    fn own_patterns(&self) -> impl Iterator<Item = &Pattern> {
        let of_headers = self.headers.iter();
        let of_headers = of_headers.flat_map(|check| check.expected.patterns());
        let of_body = self.body.iter().filter_map(|check| match check {
            BodyCheck::Json { pattern, .. }
            | BodyCheck::JsonExactly { pattern, .. }
            | BodyCheck::Text { pattern, .. }
            | BodyCheck::Encoded {
                condition: CodingCondition::Name(pattern),
                ..
            }
            | BodyCheck::JsonLines {
                condition: JsonLines::Each(pattern),
                ..
            } => Some(pattern),
            BodyCheck::Select(_)
            | BodyCheck::Empty { .. }
            | BodyCheck::Schema { .. }
            | BodyCheck::Bytes { .. }
            | BodyCheck::Encoded { .. }
            | BodyCheck::Events { .. }
            | BodyCheck::JsonLines { .. }
            | BodyCheck::Xml { .. } => None,
        });
        let of_conditions = self.conditions().filter_map(|condition| match condition {
            Condition::Each(pattern) | Condition::Some(pattern) | Condition::None(pattern) => {
                Some(pattern)
            }
            _ => None,
        });
        of_headers.chain(of_body).chain(of_conditions)
    }

    fn conditions(&self) -> impl Iterator<Item = &Condition> {
        let selections = self.body.iter().filter_map(|check| match check {
            BodyCheck::Select(selection) => Some(&*selection.conditions),
            BodyCheck::Xml {
                check: XmlCheck::Select(selection),
                ..
            } => Some(&*selection.conditions),
            _ => None,
        });
        selections.flatten().map(|(condition, _)| condition)
    }

    /// The requirements that an unexpected status violates.
    pub fn blamed_for(&self, status: u16) -> Vec<String> {
        let accepts = |statuses: &[StatusPattern]| statuses.iter().any(|one| one.accepts(status));
        let claiming = |(_, statuses): &&(String, Vec<StatusPattern>)| accepts(statuses);
        let claimed: Vec<&String> = self
            .blames
            .iter()
            .filter(claiming)
            .map(|(id, _)| id)
            .collect();
        let is_listed = |id: &String| self.blames.iter().any(|(listed, _)| listed == id);
        let ids = self.proves.iter().filter(|id| match claimed.as_slice() {
            [] => !is_listed(id),
            claimed => claimed.contains(id),
        });
        ids.cloned().collect()
    }
}

/// One check on the body.
#[derive(Clone, Debug)]
pub enum BodyCheck {
    /// No bytes, also none after the framed end if the transport can see them.
    Empty {
        /// The value in the case file.
        span: Span,
    },
    /// JSON that the schema accepts.
    Schema {
        /// Which compiled schema of the suite.
        schema: SchemaId,
        /// The value in the case file.
        span: Span,
    },
    /// JSON that the pattern accepts.
    Json {
        /// The pattern; objects inside are open.
        pattern: Pattern,
        /// The key in the case file.
        span: Span,
    },
    /// JSON that the pattern accepts, every object with exactly the members named.
    JsonExactly {
        /// The pattern; objects inside are closed.
        pattern: Pattern,
        /// The key in the case file.
        span: Span,
    },
    /// Text that the pattern accepts, in the charset that the answer declares; UTF-8 if it declares none.
    Text {
        /// A scalar pattern.
        pattern: Pattern,
        /// The value in the case file.
        span: Span,
    },
    /// Conditions on nodes selected from the JSON body.
    Select(Selection),
    /// A condition on the body as bytes.
    Bytes {
        /// The condition.
        condition: BytesCondition,
        /// The value in the case file.
        span: Span,
    },
    /// A condition on the content coding of the body.
    Encoded {
        /// The condition.
        condition: CodingCondition,
        /// The value in the case file.
        span: Span,
    },
    /// An event stream with so many events.
    Events {
        /// How many, and how long they are waited for.
        limit: EventLimit,
        /// The value in the case file.
        span: Span,
    },
    /// A condition on lines of which each is a JSON text.
    JsonLines {
        /// The condition.
        condition: JsonLines,
        /// The value in the case file.
        span: Span,
    },
    /// A check on the body as XML.
    Xml {
        /// The check.
        check: XmlCheck,
        /// The value in the case file.
        span: Span,
    },
}

impl BodyCheck {
    /// Does it say something about content, instead of that there is none?
    pub fn reads_content(&self) -> bool {
        !matches!(self, BodyCheck::Empty { .. })
    }

    /// How many checks it counts for: each condition of a selection is one.
    pub fn checks(&self) -> usize {
        match self {
            BodyCheck::Select(selection) => selection.conditions.len(),
            BodyCheck::Xml { check, .. } => check.checks(),
            _ => 1,
        }
    }

    /// The check in the case file.
    pub fn span(&self) -> Span {
        match self {
            BodyCheck::Empty { span }
            | BodyCheck::Schema { span, .. }
            | BodyCheck::Json { span, .. }
            | BodyCheck::JsonExactly { span, .. }
            | BodyCheck::Text { span, .. }
            | BodyCheck::Bytes { span, .. }
            | BodyCheck::Encoded { span, .. }
            | BodyCheck::Events { span, .. }
            | BodyCheck::JsonLines { span, .. }
            | BodyCheck::Xml { span, .. } => *span,
            BodyCheck::Select(selection) => selection.span,
        }
    }
}

/// A condition on lines of which each is a JSON text. An empty last line is none.
#[derive(Clone, Debug)]
pub enum JsonLines {
    /// Every line matches, and there is at least one.
    Each(Pattern),
    /// The schema accepts every line, and there is at least one.
    Schema(SchemaId),
    /// The number of lines, with inclusive bounds.
    Count {
        /// At least.
        min: u64,
        /// At most; `None` is no bound.
        max: Option<u64>,
    },
}

impl Selection {
    /// The path as it is written.
    pub fn path(&self) -> String {
        match &self.template {
            Some(template) => template.to_string(),
            None => self.selector.as_str().to_owned(),
        }
    }
}

/// A condition on the nodes that a JSONPath selects.
#[derive(Clone, Debug)]
pub struct Selection {
    /// The JSONPath; of one with values in it, a path of the same form.
    pub selector: Selector,
    /// The JSONPath with holes, if values are filled in.
    pub template: Option<Box<Template>>,
    /// The conditions; never empty.
    pub conditions: Conditions,
    /// Do `Each`, `Unique` and `SubsetOf` pass if nothing is selected?
    pub or_none: bool,
    /// The path in the case file.
    pub span: Span,
}
