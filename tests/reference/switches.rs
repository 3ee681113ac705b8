//! Every fault and every variant shows, and shows only where it should.

use std::time::{Duration, Instant};

use probity::reference::{Deployment, Fault, Variant};
use regex::Regex;

use crate::calls;
use crate::client::{Call, attempt, send, start};

/// Makes the calls of a contract.
type Script = fn() -> Vec<Call>;

const CONTRACTS: [(&str, Script); 4] = [
    ("SEATS", calls::seats_script),
    ("PRESENCE", calls::presence_script),
    ("LICENSE", calls::license_script),
    ("AUTOPILOT", calls::autopilot_script),
];

/// What the deployment answers to the script, call by call. Dates and the numbers of the deployment's
/// counter are masked: they differ between runs that differ in nothing else.
async fn transcript(deployment: &Deployment, script: &[Call]) -> Vec<String> {
    let counted =
        Regex::new("(?m)date: .*$|0b5e0000-0000-4000-8000-000000[0-9a-f]{6}|2026-01-15T[0-9:]{8}")
            .expect("a pattern");
    let mut transcript = Vec::new();
    for call in script {
        let octets = attempt(deployment, &call.octets()).await;
        let text = String::from_utf8_lossy(&octets);
        transcript.push(counted.replace_all(&text, "*").into_owned());
    }
    transcript
}

#[tokio::test]
async fn every_fault_shows_in_its_own_contract_and_in_no_other() {
    let mut unseen = Vec::new();
    for (contract, script) in CONTRACTS {
        let script = script();
        let clean = transcript(&start(&[], &[]).await, &script).await;
        let (own, foreign): (Vec<Fault>, Vec<Fault>) =
            Fault::all().partition(|fault| fault.requirement().starts_with(contract));
        let undisturbed = transcript(&start(&foreign, &[]).await, &script).await;
        assert_eq!(
            undisturbed, clean,
            "{contract} with the faults of the others"
        );
        for fault in own {
            let deployment = start(&[fault], &[]).await;
            let faulty = transcript(&deployment, &script).await;
            if faulty == clean || deployment.hits(fault) == 0 {
                unseen.push(fault.to_string());
            }
        }
    }
    assert_eq!(unseen, [""; 0]);
}

#[tokio::test]
async fn every_variant_shows_somewhere_and_is_no_fault() {
    let mut silent: Vec<_> = Variant::all().collect();
    for (_, script) in CONTRACTS {
        let script = script();
        let clean = transcript(&start(&[], &[]).await, &script).await;
        for variant in Variant::all() {
            // Lateness shows in no answer.
            if variant == Variant::SLOW {
                silent.retain(|one| *one != variant);
                continue;
            }
            if transcript(&start(&[], &[variant]).await, &script).await != clean {
                silent.retain(|one| *one != variant);
            }
        }
    }
    assert_eq!(silent, []);
}

#[tokio::test]
async fn with_everything_on_at_once_every_call_still_gets_an_answer() {
    let faults: Vec<_> = Fault::all().collect();
    for variants in [Variant::all().collect(), Vec::new()] {
        let deployment = start(&faults, &variants).await;
        for (_, script) in CONTRACTS {
            for call in script() {
                send(&deployment, &call).await;
            }
        }
    }
}

#[tokio::test]
async fn slow_takes_its_time() {
    let deployment = start(&[], &[Variant::SLOW]).await;
    let begin = Instant::now();
    send(&deployment, &calls::reprocess()).await;
    assert!(begin.elapsed() >= Duration::from_millis(30));
}
