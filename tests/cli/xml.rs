//! Bodies of XML, through the binary: checks, findings, captures, `check` and `prove`.

use crate::peer::{Peer, answer};
use crate::support::folder::{Ended, Folder};
use crate::things;

const SOAP: &str = "<?xml version=\"1.0\"?>\n<s:Envelope xmlns:s=\"urn:soap\" xmlns=\"urn:orders\">\n  <s:Body>\n    <order id=\"7\" total=\"12.50\">\n      <item sku=\"a-1\">pen</item>\n      <item sku=\"b-2\">ink</item>\n    </order>\n  </s:Body>\n</s:Envelope>\n";

/// Answers everything with this body.
fn xml(body: &'static str) -> Peer {
    Peer::answering(move |_, _| answer(200, "Content-Type: application/xml\r\n", body))
}

fn case(xml: &str) -> String {
    format!(
        "- id: one\n  request: {{ GET: /orders/7 }}\n  expect:\n    - proves: [THINGS-01]\n      status: 200\n      \
         headers: {{ Content-Type: application/xml }}\n      xml:\n        \
         namespaces: {{ s: urn:soap, o: urn:orders }}\n{xml}"
    )
}

fn run(folder: &Folder, xml_checks: &str, peer: &Peer) -> Ended {
    things::write(folder, &case(xml_checks));
    let report = ["--report", "json=report.json"];
    let run = ["run", "--suite", "suite", "--target", &peer.url()];
    folder.run(&[&run[..], &report[..]].concat())
}

fn messages(folder: &Folder) -> Vec<String> {
    let report = folder.report("report.json");
    let findings = report["cases"][0]["findings"].as_array().unwrap().iter();
    findings
        .map(|finding| finding["message"].as_str().unwrap().to_owned())
        .collect()
}

const RIGHT: &str = "        select:
          - { path: '/s:Envelope/s:Body/o:order/@id', each: <integer> }
          - { path: count(//o:item), equal: 2 }
          - { path: //o:item/@sku, unique: true, sorted: asc, same-set: [b-2, a-1] }
          - { path: //o:order/@total, equal: 12.5 }
          - { path: \"//o:item[. = 'paper']\", count: 0 }
        equals: |
          <Envelope xmlns='urn:soap'><Body>
            <p:order xmlns:p='urn:orders' total='12.50' id='7'>
              <!-- prefixes, quotes and the order of attributes do not count -->
              <p:item sku='a-1'>pen</p:item><p:item sku='b-2'>ink</p:item>
            </p:order>
          </Body></Envelope>
";

#[test]
fn xml_is_checked_by_path_and_as_a_document() {
    let folder = Folder::new();
    run(&folder, RIGHT, &xml(SOAP)).expect_code(0);
}

#[test]
fn a_finding_names_the_node_with_line_and_column_and_shows_a_diff() {
    let folder = Folder::new();
    let wrong = RIGHT
        .replace("each: <integer>", "each: <uuid>")
        .replace("equal: 2", "equal: 3")
        .replace(">ink<", ">paper<");
    run(&folder, &wrong, &xml(SOAP))
        .expect_code(1)
        .expect_said("/s:Envelope/s:Body/order/@id (line 4, column 5): is \"7\"")
        .expect_said("| -       <p:item sku=\"b-2\">ink</p:item>")
        .expect_said("| +       <p:item sku=\"b-2\">paper</p:item>");
    assert_eq!(
        messages(&folder),
        [
            "/s:Envelope/s:Body/order/@id (line 4, column 5): is \"7\", expected a UUID",
            "count(//o:item): is 2, expected 3",
            "the document differs in 2 lines, first at /s:Envelope/s:Body/order/item[2] (line 6, column 7): \
             <p:item sku=\"b-2\">ink</p:item>, expected <p:item sku=\"b-2\">paper</p:item>",
        ]
    );
}

#[test]
fn a_name_without_its_namespace_is_no_evidence() {
    let folder = Folder::new();
    let typo = "        select:
          - { path: //error, count: 0 }
          - { path: //item, none: broken }
          - { path: count(//order), equal: 0 }
          - { path: /o:Envelope/o:Fault, count: 0 }
          - { path: //s:Body/o:oder/o:error, count: 0 }
";
    run(&folder, typo, &xml(SOAP)).expect_code(1);
    assert_eq!(
        messages(&folder),
        [
            "elements `item` are in the namespace `urn:orders` here, and the path //item means those in no namespace",
            "elements `order` are in the namespace `urn:orders` here, and the path count(//order) means those in no namespace",
            "elements `Envelope` are in the namespace `urn:soap` here, and the path /o:Envelope/o:Fault means those in the namespace `urn:orders`",
            "the path //s:Body/o:oder/o:error leads nowhere: there is nothing at //s:Body/o:oder",
        ]
    );
}

#[test]
fn what_is_not_well_formed_is_a_finding_with_its_place() {
    let folder = Folder::new();
    let checks = "        well-formed: true\n        select: [{ path: //o:item, count: 2 }]\n";
    run(&folder, checks, &xml("<a>\n  <b></a>")).expect_code(1).expect_said(
        "the body is not well-formed XML: mismatched end tag: expected </b>, found </a> (line 2,",
    );
    run(
        &folder,
        checks,
        &xml("<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>"),
    )
    .expect_code(1)
    .expect_said("the body was not read as XML: it declares entities, which are never expanded");
    run(&folder, checks, &xml(""))
        .expect_code(1)
        .expect_said("there is no body, XML expected");
}

const STEPS: &str = "- id: one
  steps:
    - request: { GET: /orders }
      expect: [{ status: 200 }]
      capture:
        order: { xml: \"//o:order/@id\", namespaces: { o: urn:orders } }
        sku: { xml: \"string(//o:item[2]/@sku)\", namespaces: { o: urn:orders }, match: '^b-(.+)' }
    - request: { GET: \"/orders/${capture.order}\", query: { sku: \"${capture.sku}\" } }
      expect:
        - proves: [THINGS-01]
          status: 200
          xml:
            namespaces: { o: urn:orders }
            select:
              - { path: \"//o:order[@id = '${capture.order}']/o:item\", count: 2 }
              - { path: \"//o:order[@id = ${capture.order}]\", count: 1 }
";

#[test]
fn values_are_captured_by_xpath_and_filled_into_paths() {
    let folder = Folder::new();
    let peer = xml(SOAP);
    things::write(&folder, STEPS);
    let run = ["run", "--suite", "suite", "--target", &peer.url()];
    folder.run(&run).expect_code(0);
    assert_eq!(peer.lines()[1], "GET /orders/7?sku=2 HTTP/1.1");
    things::write(&folder, &STEPS.replace("//o:order/@id", "//o:item/@sku"));
    folder
        .run(&run)
        .expect_code(5)
        .expect_said("cannot capture `order`: 2 nodes at //o:item/@sku");
    things::write(
        &folder,
        &STEPS
            .replace("//o:order/@id", "//order/@id")
            .replace("xml: \"//order", "xml: \"//o:x/o:order"),
    );
    folder
        .run(&run)
        .expect_code(5)
        .expect_said("cannot capture `order`: 0 nodes at //o:x/o:order/@id:");
}

#[test]
fn a_wrong_path_has_a_caret_under_the_words_that_are_wrong() {
    let folder = Folder::new();
    things::write(
        &folder,
        &case("        select: [{ path: \"//s:a | //q:b\", count: 1 }]\n"),
    );
    let ended = folder
        .run(&["check", "--suite", "suite"])
        .expect_code(2)
        .expect_complaint("unknown prefix `q`");
    let mut lines = ended
        .stderr
        .lines()
        .skip_while(|line| !line.contains("//q:b"));
    let source = lines.next().unwrap();
    let caret = lines.next().unwrap();
    assert_eq!(caret.find('^'), source.find("q:b"), "{ended}");
}

#[test]
fn prove_changes_xml_and_finds_what_no_check_reads() {
    let folder = Folder::new();
    let peer = xml(SOAP);
    let prove = |checks: &str| {
        things::write(&folder, &case(checks));
        folder.run(&[
            "prove",
            "--suite",
            "suite",
            "--target",
            &peer.url(),
            "--report",
            "proof.json",
        ])
    };
    // A comparison with the whole document detects every change.
    prove(RIGHT);
    let proof = folder.report("proof.json");
    let unchecked = |proof: &serde_json::Value| {
        let places = proof["mutants"]["unchecked"].as_array().unwrap().iter();
        let places = places.map(|one| one["place"].as_str().unwrap().to_owned());
        places
            .filter(|place| place.starts_with('/'))
            .collect::<Vec<String>>()
    };
    assert_eq!(unchecked(&proof), [""; 0], "{proof:#}");
    assert_eq!(
        proof["inverted"]["blind"].as_array().map(Vec::len),
        Some(0),
        "{proof:#}"
    );
    // One path reads one place.
    prove("        select: [{ path: //o:item/@sku, count: 2 }, { path: //s:Body, count: 1 }]\n");
    let proof = folder.report("proof.json");
    let unchecked = unchecked(&proof);
    assert!(
        unchecked.contains(&"/Envelope/Body/order/@total".to_owned()),
        "{unchecked:?}"
    );
    assert!(
        !unchecked
            .iter()
            .any(|place| place.starts_with("/Envelope/Body/order/item")),
        "{unchecked:?}"
    );
}
