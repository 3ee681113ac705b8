//! A suite with requirements and cases, and nothing that could be sent.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::json::Digest;
use crate::model::{Case, Contract, Effect, Needs, Requirement, Span, Suite};
use crate::report::sample::sums::REQUIREMENTS;

const SOURCE: &str = "contract: presence\n\ncases:\n  - id: one-user\n";

/// Two contracts: one proven but for one sentence, the other with what no test can see.
pub(crate) fn suite() -> Suite {
    let mut suite = Suite {
        place: "embedded".into(),
        name: "embedded".into(),
        ..Suite::default()
    };
    let file = suite.sources.add("cases/presence/users-batch.yaml", SOURCE);
    let at = u32::try_from(SOURCE.find("one-user").unwrap()).unwrap();
    let span = Span {
        file,
        start: at,
        end: at + 8,
    };
    suite.contracts = vec![
        contract("presence", "POST /users/batch (Xbox Live presence)", span),
        contract(
            "seats",
            "POST /V1/Inventory/{productId}/{skuId}/Seats",
            span,
        ),
    ];
    suite.contracts[1].requirements[2].unobservable =
        Some("whether a product is known is not visible from outside".into());
    let case = |id: &str, contract, title: &str, proves: &[&str], effect| Case {
        id: id.into(),
        row: None,
        title: title.into(),
        contract,
        proves: proves.iter().map(ToString::to_string).collect(),
        by_rules: Arc::default(),
        checked: proves.iter().map(ToString::to_string).collect(),
        by_open_rules: Arc::default(),
        needs: Arc::new(Needs {
            fixtures: ["presence.online".to_owned()].into(),
            ..Needs::default()
        }),
        effect,
        keeps_cookies: false,
        tags: ["smoke".to_owned()].into(),
        locks: ["inventory".to_owned()].into(),
        steps: Vec::new(),
        finally: Vec::new(),
        values: Box::default(),
        computes: false,
        digest: Digest::new([1; 8]),
        span,
    };
    let batch = ["PRESENCE-01", "PRESENCE-38", "PRESENCE-41", "PRESENCE-55"];
    suite.cases = vec![
        case(
            "presence/users-batch/one-user",
            0,
            "one user comes back",
            &batch,
            Effect::Read,
        ),
        case(
            "presence/users-batch/batch-limit[over-limit]",
            0,
            "more users than the limit are refused, and the answer says which limit that was",
            &batch[..1],
            Effect::Read,
        ),
        case(
            "presence/users-batch/two-users",
            0,
            "every requested user comes back once",
            &batch,
            Effect::Read,
        ),
        case(
            "seats/inventory/assign",
            1,
            "a seat can be assigned",
            &["SEATS-02", "SEATS-05"],
            Effect::Write,
        ),
        case(
            "seats/inventory/json-body",
            1,
            "a JSON body is accepted",
            &["SEATS-05"],
            Effect::Write,
        ),
    ];
    suite
}

fn contract(name: &str, title: &str, span: Span) -> Contract {
    let requirements = REQUIREMENTS
        .iter()
        .filter(|(id, ..)| id.to_lowercase().starts_with(name))
        .map(|(id, level, sentence, source)| Requirement {
            id: (*id).into(),
            level: *level,
            sentence: (*sentence).into(),
            source: (*source).into(),
            observe: String::new(),
            unobservable: None,
            one_is_enough: false,
            span,
        })
        .collect();
    Contract {
        name: name.into(),
        title: title.into(),
        service: name.into(),
        services: BTreeMap::new(),
        identities: BTreeMap::new(),
        fixtures: BTreeMap::new(),
        capabilities: BTreeMap::new(),
        disposable: std::collections::BTreeSet::new(),
        requirements,
        throttling: None,
        unchecked: Vec::new(),
        lasting: Vec::new(),
        span,
    }
}
