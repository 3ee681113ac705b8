//! Small words for the tests of this module: a pattern from JSON, a step, a response.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::json::Selector;
use crate::judge::judge_step;
use crate::model::{
    Argument, ArgumentKind, Block, Body, BodyCheck, Condition, Conditions, Contract, Draft,
    Expression, Framing, Judgement, Level, Marker, MarkerKind, MarkerPlace, Part, Pattern, Request,
    Requirement, Response, Scope, Selection, Shape, Sources, Span, StatusCheck, StatusPattern,
    Step, Suite, Template, TextPattern, Transport,
};

/// A span, for values that need one.
pub(super) fn span() -> Span {
    let mut sources = Sources::default();
    let file = sources.add("cases.yaml", "expect\n");
    sources.whole(file)
}

/// A suite with the requirements R-1 (MUST), R-2 (SHOULD), R-3 (MAY) and R-4 (MUST).
pub(super) fn suite() -> Suite {
    let mut suite = Suite::default();
    suite.sources.add("cases.yaml", "expect\n");
    let levels = [Level::Must, Level::Should, Level::May, Level::Must];
    let requirements = levels.iter().zip(1..).map(|(level, number)| Requirement {
        id: format!("R-{number}"),
        level: *level,
        sentence: String::new(),
        source: String::new(),
        observe: String::new(),
        unobservable: None,
        one_is_enough: false,
        span: span(),
    });
    suite.contracts.push(Contract {
        name: "c".into(),
        title: String::new(),
        service: "c".into(),
        services: BTreeMap::new(),
        identities: BTreeMap::new(),
        fixtures: BTreeMap::new(),
        capabilities: BTreeMap::new(),
        disposable: std::collections::BTreeSet::new(),
        requirements: requirements.collect(),
        throttling: None,
        unchecked: Vec::new(),
        lasting: Vec::new(),
        span: span(),
    });
    suite
}

/// A pattern as in a case file, for the markers that the tests use.
pub(super) fn pattern(json: &Value) -> Pattern {
    let shape = match json {
        Value::Object(members) => match members.iter().next() {
            Some((key, inner)) if key.starts_with('<') => container(key, inner),
            _ => {
                let members = members.iter();
                Shape::Object(
                    members
                        .map(|(name, member)| (name.clone(), pattern(member)))
                        .collect(),
                )
            }
        },
        Value::Array(items) => Shape::Array(items.iter().map(pattern).collect()),
        Value::String(text) if text.starts_with('<') => word(&text[1..text.len() - 1]),
        Value::String(text) if text.starts_with("${capture.") => {
            let name = &text["${capture.".len()..text.len() - 1];
            Shape::Value(Draft::Template(Box::new(Template {
                parts: vec![Part::Hole(Expression::Capture(name.to_owned()))],
                span: span(),
            })))
        }
        literal => Shape::Value(Draft::Literal(Box::new(literal.clone()))),
    };
    Pattern::new(shape, span())
}

fn container(key: &str, inner: &Value) -> Shape {
    let list = || inner.as_array().unwrap().iter().map(pattern).collect();
    let each = |or_none| Shape::Each {
        pattern: Box::new(pattern(inner)),
        or_none,
    };
    match key {
        "<unordered>" => Shape::Unordered(list()),
        "<contains>" => Shape::Contains(list()),
        "<each>" => each(false),
        "<each?>" => each(true),
        "<optional>" => Shape::Optional(Box::new(pattern(inner))),
        _ => panic!("unknown key {key}"),
    }
}

fn word(text: &str) -> Shape {
    if let Some(inner) = text.strip_suffix('?') {
        let inner = pattern(&Value::from(format!("<{inner}>")));
        return Shape::Optional(Box::new(inner));
    }
    let (name, rest) = text.split_once(' ').unwrap_or((text, ""));
    let (kind, argument) = match MarkerKind::find(name, MarkerPlace::Json) {
        Some(kind) => (kind, rest),
        None => (MarkerKind::Regex, text.trim_matches('/')),
    };
    let inner = || serde_json::from_str(rest).unwrap_or_else(|_| format!("<{rest}>").into());
    let argument = match kind.row().argument {
        ArgumentKind::Text => Argument::Text(Box::new(Template::literal(argument, span()))),
        ArgumentKind::Words => Argument::Words(argument.split(' ').map(str::to_owned).collect()),
        ArgumentKind::Regex => Argument::Regex(TextPattern::new(argument).unwrap()),
        ArgumentKind::Pattern => Argument::Pattern(Box::new(pattern(&inner()))),
        _ => Argument::None,
    };
    Shape::Marker(Marker { kind, argument })
}

/// A block without checks.
pub(super) fn block(proves: &[&str], level: Option<Level>) -> Block {
    Block {
        blames: Vec::new(),
        proves: proves.iter().map(|id| (*id).to_owned()).collect(),
        level,
        status: None,
        headers: Vec::new(),
        body: Vec::new(),
        or_empty: false,
        within: None,
        when: None,
        any_of: Vec::new(),
        span: span(),
    }
}

/// A block that proves R-1.
pub(super) fn must() -> Block {
    block(&["R-1"], Some(Level::Must))
}

impl Block {
    pub(super) fn status(mut self, accepts: &[StatusPattern]) -> Block {
        self.status = Some(StatusCheck {
            accepts: accepts.to_vec(),
            span: span(),
        });
        self
    }

    pub(super) fn body(mut self, check: BodyCheck) -> Block {
        self.body.push(check);
        self
    }

    pub(super) fn json(self, json: &Value) -> Block {
        self.body(BodyCheck::Json {
            pattern: pattern(json),
            span: span(),
        })
    }

    pub(super) fn json_exactly(self, json: &Value) -> Block {
        self.body(BodyCheck::JsonExactly {
            pattern: pattern(json),
            span: span(),
        })
    }

    pub(super) fn select(self, path: &str, condition: Condition) -> Block {
        self.body(BodyCheck::Select(Selection {
            template: None,
            selector: Selector::new(path).unwrap(),
            conditions: Conditions::One([(condition, span())]),
            or_none: false,
            span: span(),
        }))
    }
}

/// A step that expects these blocks.
pub(super) fn step(expect: Vec<Block>) -> Step {
    Step {
        title: String::new(),
        request: Request {
            method: "GET".into(),
            path: Template::literal("/", span()),
            service: "c".into(),
            identity: None,
            link: None,
            follow: 0,
            query: Vec::new(),
            headers: Vec::new(),
            body: Body::None,
            framing: Framing::default(),
            states_body: false,
            schema: None,
            illegal: None,
            transport: Transport::Normal,
            span: span(),
        },
        expect,
        rules: Vec::new(),
        open_rules: std::sync::Arc::default(),
        used: None,
        captures: Vec::new(),
        eventually: None,
        timeout: None,
        span: span(),
    }
}

/// A response with this body.
pub(super) fn response(status: u16, body: &str) -> Response {
    Response {
        version: "HTTP/1.1".into(),
        status,
        body: body.into(),
        ..Response::default()
    }
}

/// Judges a response to a step of these blocks.
pub(super) fn judge(blocks: Vec<Block>, response: &Response) -> Judgement {
    judge_in(&suite(), blocks, response)
}

pub(super) fn judge_in(suite: &Suite, blocks: Vec<Block>, response: &Response) -> Judgement {
    let (fixtures, mut captures) = (BTreeMap::new(), BTreeMap::new());
    captures.insert("one".to_owned(), Value::from(1));
    captures.insert("none".to_owned(), Value::Array(Vec::new()));
    let scope = Scope {
        fixtures: &fixtures,
        captures: &captures,
    };
    judge_step(0, &step(blocks), scope, response, suite)
}

/// Kind and pointer of each finding.
pub(super) fn kinds(judgement: &Judgement) -> Vec<(&'static str, &str)> {
    let findings = judgement.findings.iter();
    findings
        .map(|finding| {
            (
                finding.kind.name(),
                finding.pointer.as_deref().unwrap_or("-"),
            )
        })
        .collect()
}
