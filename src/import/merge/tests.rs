//! Edits of a person and of a document: nothing of the person's is lost, and what nobody touched is as a new import has it.

use proptest::prelude::*;

use super::split::Split;
use super::*;
use crate::import::import_text;
use crate::model::Sources;

const KENNEL: &str = include_str!("../../../tests/cli/import/kennel.yaml");

fn files(document: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let imported = import_text("kennel.yaml", document, &mut Sources::default(), &mut found);
    let files = imported.unwrap_or_else(|| panic!("{found:?}")).files;
    let yaml = files
        .into_iter()
        .filter(|(name, _)| name.strip_suffix(".yaml").is_some());
    yaml.collect()
}

/// What a newer document has instead.
const NEWER: &[(&str, &str)] = &[
    ("operationId: walkDogs", "operationId: strollDogs"),
    ("description: All dogs", "description: All the dogs"),
    ("        \"406\": { description: Not acceptable }\n", ""),
    ("dogs:write", "dogs:change"),
    ("  /owners/{id}:", "  /keepers/{id}:"),
    ("required: [id, name]", "required: [id, name, owner]"),
    ("example: Rex", "example: Bello"),
    (
        "responses: { \"200\": { description: Renamed } }",
        "responses: { \"202\": { description: Renamed }, \"404\": { description: No dog } }",
    ),
    (
        "  /walks:\n",
        "  /walks/{day}:\n    get: { operationId: getWalk, tags: [walks], responses: { \"200\": { description: Walk } } }\n  /walks:\n",
    ),
    ("https://kennel.example/v2", "https://kennel.example/v3"),
    ("  adopted:", "  returned:"),
];

/// What a person does to a file: the number of a line or an entry, and what.
#[derive(Clone, Debug)]
enum Edit {
    Comment(prop::sample::Index),
    Beside(prop::sample::Index),
    Title(prop::sample::Index),
    Remove(prop::sample::Index),
    Add(prop::sample::Index),
    Fill(prop::sample::Index),
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let at = any::<prop::sample::Index>;
    let one = prop_oneof![
        at().prop_map(Edit::Comment),
        at().prop_map(Edit::Beside),
        at().prop_map(Edit::Title),
        at().prop_map(Edit::Remove),
        at().prop_map(Edit::Add),
        at().prop_map(Edit::Fill),
    ];
    prop::collection::vec(one, 0..5)
}

fn edited(text: &str, edits: &[Edit]) -> String {
    let mut text = text.to_owned();
    for (number, edit) in edits.iter().enumerate() {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let pick = |lines: &[String], at: &prop::sample::Index, is_it: &dyn Fn(&str) -> bool| {
            let found = lines.iter().enumerate();
            let found: Vec<usize> = found
                .filter(|(_, line)| is_it(line))
                .map(|(at, _)| at)
                .collect();
            (!found.is_empty()).then(|| found[at.index(found.len())])
        };
        match edit {
            Edit::Comment(at) => {
                let at = at.index(lines.len());
                let indent = lines[at].len() - lines[at].trim_start().len();
                lines.insert(at, format!("{}# mine {number}", " ".repeat(indent)));
            }
            Edit::Beside(at) => {
                let is_value =
                    |line: &str| line.contains(": ") && !line.trim_start().starts_with('#');
                if let Some(at) = pick(&lines, at, &is_value) {
                    lines[at].push_str(&format!("   # beside {number}"));
                }
            }
            Edit::Title(at) => {
                if let Some(at) = pick(&lines, at, &|line| line.trim_start().starts_with("title: "))
                {
                    let (before, _) = lines[at].split_once("title: ").unwrap();
                    lines[at] = format!("{before}title: my title {number}");
                }
            }
            Edit::Remove(at) => {
                let mut split = Split::new(&text).unwrap();
                let places = split
                    .sections
                    .iter()
                    .enumerate()
                    .flat_map(|(section, one)| {
                        (0..one.entries.len()).map(move |entry| (section, entry))
                    });
                let places: Vec<(usize, usize)> = places.collect();
                if !places.is_empty() {
                    let (section, entry) = places[at.index(places.len())];
                    if split.sections[section].entries.len() > 1 {
                        split.sections[section].entries.remove(entry);
                        text = split.text();
                    }
                }
                continue;
            }
            Edit::Add(at) => {
                if let Some(at) = pick(&lines, at, &|line| line.starts_with("  - id: ")) {
                    lines.insert(at, format!("  - id: mine-{number}\n    title: my own"));
                }
            }
            Edit::Fill(at) => {
                if let Some(at) = pick(&lines, at, &|line| line.contains(": TODO ")) {
                    let name = lines[at]
                        .trim()
                        .trim_start_matches("# ")
                        .split(':')
                        .next()
                        .unwrap();
                    let line = format!("  {name}: \"filled {number}\"");
                    lines[at] = line;
                    let top = lines.iter().position(|line| line == "# fixtures:");
                    if let Some(top) = top {
                        lines[top] = "fixtures:".into();
                    }
                }
            }
        }
        text = lines.join("\n") + "\n";
    }
    text
}

fn contents(text: &str) -> BTreeMap<String, String> {
    let split = Split::new(text).unwrap();
    let entries = split.sections.iter().flat_map(|section| {
        let entries = section.entries.iter();
        entries.map(|entry| {
            // Comments in it are no edit.
            let plain = entry.with_comments_above(|_| false);
            (
                format!("{}/{}", section.key, entry.id),
                Record::of(plain.as_ref().unwrap_or(entry)).content,
            )
        })
    });
    entries.collect()
}

#[test]
fn a_file_is_the_sum_of_its_pieces() {
    for (name, text) in files(KENNEL) {
        assert_eq!(Split::new(&text).unwrap().text(), text, "{name}");
    }
}

#[test]
fn comments_and_edits_stay_and_what_is_new_comes_in() {
    let base = "a: 1\nlist:   # beside\n  # one\n  - id: x\n    v: 1\n\n  - id: y\n    v: 2\n";
    let ours = "a: 1\nlist:   # beside\n  # one\n  # mine\n  - id: x\n    v: 1\n\n  - id: y\n    v: 3   # changed\n  - id: own\n";
    let theirs = "a: 2\nlist:   # beside\n  # uno\n  - id: x\n    v: 9\n\n  - id: between\n    v: 5\n\n  - id: y\n    v: 4\n";
    let merged = merge(ours, theirs, &written(base)).unwrap();
    assert_eq!(
        merged.text,
        "a: 2\nlist:   # beside\n  # uno\n  # mine\n  - id: x\n    v: 9\n\n  - id: between\n    v: 5\n\n  - id: y\n    v: 3   # changed\n  - id: own\n"
    );
    assert_eq!(merged.conflicts, ["list/y"]);
    assert_eq!(merged.new, "list:   # beside\n\n  - id: y\n    v: 4\n");
    assert_eq!(
        beside(
            "list:\n  - id: z\n    v: 1\n  - id: y\n    v: 0\n",
            &merged.new
        ),
        "list:   # beside\n  - id: z\n    v: 1\n\n  - id: y\n    v: 4\n"
    );
}

#[test]
fn an_entry_to_which_only_comments_were_added_is_not_edited() {
    let base =
        "list:\n  - id: x\n    v: 1\n    w: 1\n  - id: y\n    v: 1\n  - id: z\n    t: |\n      a\n";
    let ours = "list:\n  - id: x\n    # why\n    v: 1\n\n    # this\n    w: 1\n  - id: y\n    # gone\n    v: 1\n  - id: z\n    t: |\n      a\n      # text\n";
    let theirs = "list:\n  - id: x\n    v: 2\n    w: 1\n  - id: z\n    t: |\n      b\n";
    let kept = ours.replace("\n\n", "\n");
    let merged = merge(&kept, theirs, &written(base)).unwrap();
    assert_eq!(
        merged.text,
        "list:\n  # why\n  # this\n  - id: x\n    v: 2\n    w: 1\n  # gone\n  - id: z\n    t: |\n      a\n      # text\n"
    );
    assert_eq!(merged.conflicts, ["list/z"]);
    assert!(is_only_commented(base, &written(base)));
    let commented = base.replace("    w: 1\n", "    # mine\n    w: 1\n");
    assert!(is_only_commented(
        &format!("# top\n{commented}# end\n"),
        &written(base)
    ));
    for edited in [
        ours.to_owned(),
        base.replace("w: 1", "w: 2"),
        base.replace("  - id: y\n    v: 1\n", ""),
    ] {
        assert!(!is_only_commented(&edited, &written(base)), "{edited}");
    }
    // What the document did not change stays where it is.
    assert_eq!(merge(&kept, base, &written(base)).unwrap().text, kept);
}

#[test]
fn what_somebody_removed_stays_removed_and_what_is_gone_leaves_its_comments() {
    let base = "list:\n  - id: x\n  - id: y\n    v: 1\n  - id: z\n";
    let ours = "list:\n  # why\n  - id: x\n  - id: z\n    mine: true\n";
    let theirs = "list:\n  - id: y\n    v: 2\n";
    let merged = merge(ours, theirs, &written(base)).unwrap();
    assert_eq!(merged.text, "list:\n  # why\n  - id: z\n    mine: true\n");
    assert_eq!(merged.conflicts, ["list/y"]);
    assert_eq!(merged.left, ["list/z"]);
}

#[test]
fn a_value_that_was_filled_in_is_no_conflict() {
    let base = "name: a\n# fixtures:\n  # a.x: TODO   the x\n  # a.y: TODO   the y\n";
    let ours = "name: a\nfixtures:\n  a.x: 5   # mine\n  # a.y: TODO   the y\n";
    let theirs = "name: a\nfixtures:   # from the document\n  a.z: 1\n  # a.x: TODO   another x\n  # a.y: TODO   the y\n";
    let merged = merge(ours, theirs, &written(base)).unwrap();
    assert_eq!(
        merged.text,
        "name: a\nfixtures:\n  a.z: 1\n  a.x: 5   # mine\n  # a.y: TODO   the y\n"
    );
    assert_eq!(merged.conflicts, [""; 0]);
}

#[test]
fn a_value_of_what_is_gone_becomes_a_comment() {
    let base = "name: a\nfixtures:\n  a.w: 1\n  # a.x: TODO   the x\n  # a.y: TODO   the y\n";
    let ours = "name: a\nfixtures:\n  a.w: 2\n  # why\n  a.x: 5   # mine\n  a.y:\n    b: 1\n  other.z: 3\n";
    let theirs = "name: a\n# fixtures:\n  # a.y: TODO   the y\n";
    let mut kept = Kept::default();
    kept.edited(ours, &written(base));
    assert!(!kept.uses_entry("fixtures/a.x"));
    let merged = merge_with(ours, theirs, &written(base), &kept).unwrap();
    assert_eq!(
        merged.text,
        "name: a\nfixtures:\n  # a.w: 2\n  # why\n  # a.x: 5   # mine\n  a.y:\n    b: 1\n  other.z: 3\n"
    );
    assert_eq!(merged.retired, ["fixtures/a.w", "fixtures/a.x"]);
    assert_eq!((merged.left.len(), merged.conflicts.len()), (0, 0));
    // Below the last value that stays, it would be outside its section.
    let merged = merge(
        "a: 1\nfixtures:\n  a.y: 1\n  a.x: 5\n",
        "a: 1\nfixtures:\n  a.y: 1\n",
        &written("a: 1\nfixtures:\n  a.y: 1\n  # a.x: TODO\n"),
    );
    assert_eq!(
        merged.unwrap().text,
        "a: 1\nfixtures:\n  # a.x: 5\n  a.y: 1\n"
    );
    // What something that stays uses stays.
    kept.file("request: { GET: \"/${fixture.a.x}\" }");
    let merged = merge_with(ours, theirs, &written(base), &kept).unwrap();
    assert_eq!(merged.left, ["fixtures/a.x"]);
    assert_eq!(merged.retired, ["fixtures/a.w"]);
}

#[test]
fn what_something_edited_uses_stays_and_what_that_uses() {
    let contract = "contract: pets\nsteps:\n  add-pet:\n    request: { POST: /pets, identity: petstore.token }\n  other:\n    request: { GET: / }\n";
    let cases = "cases:\n  - id: x\n    v: 1\n  - id: y\n    steps: [{ use: other }]\n";
    let target = "identities:\n  petstore.token: { a: 1 }\n  petstore.staff: { a: 2 }\n";
    let mut kept = Kept::default();
    let edited = cases.replace("v: 1", "steps: [{ use: add-pet }]");
    kept.edited(&edited, &written(cases));
    assert!(!kept.uses_entry("identities/petstore.token"));
    // What a later file uses can be in an earlier one.
    let waiting = [
        ("t.yaml", target, "name: x\n"),
        ("c.yaml", contract, "contract: pets\n"),
    ];
    kept.follow(&waiting.map(|(name, text, new)| Followed::new(name, text, Some(new))));
    assert!(kept.uses_entry("identities/petstore.token"));
    let merged = merge_with(contract, "contract: pets\n", &written(contract), &kept).unwrap();
    assert_eq!(merged.used, ["steps/add-pet"]);
    assert!(!merged.text.contains("other"), "{}", merged.text);
    let merged = merge_with(target, "name: x\n", &written(target), &kept).unwrap();
    assert_eq!(merged.used, ["identities/petstore.token"]);
    assert!(!kept.uses_file("schemas/a/b.schema.json", "{}"));
    kept.file("schema: a/b.schema.json");
    assert!(kept.uses_file("schemas/a/b.schema.json", "{}"));
    // Of two members, as a file of two sections has.
    let schema = "{\n  \"$schema\": \"x\",\n  \"$ref\": \"c.schema.json\"\n}\n";
    kept.follow(&[Followed::new(
        "schemas/a/b.schema.json",
        schema,
        Some(schema),
    )]);
    assert!(kept.uses_file("schemas/a/c.schema.json", "{}"));
}

#[test]
fn comments_of_the_document_in_an_entry_are_replaced_with_it() {
    let base = "list:\n  - id: x\n    # 1 more row\n    v: 1\n";
    let ours = "list:\n  - id: x\n    # mine\n    # 1 more row\n    v: 1   \n    # mine, too\n";
    let theirs = "list:\n  - id: x\n    # 2 more rows\n    v: 2\n";
    let merged = merge(ours, theirs, &written(base)).unwrap();
    assert_eq!(
        merged.text,
        "list:\n  # mine\n  # mine, too\n  - id: x\n    # 2 more rows\n    v: 2\n"
    );
    assert_eq!(merged.conflicts, Vec::<String>::new());
    // What is as it was stays where it is.
    assert_eq!(merge(ours, base, &written(base)).unwrap().text, ours);
    // Without the comment of the document it is an edit.
    let ours = "list:\n  - id: x\n    # mine\n    v: 1\n";
    let merged = merge(ours, theirs, &written(base)).unwrap();
    assert_eq!((merged.text.as_str(), merged.conflicts.len()), (ours, 1));
}

#[test]
fn a_text_that_cannot_be_read_is_not_merged() {
    let base = written("a: 1\n");
    for ours in ["a: [", "a: 1\na: 2\n", "- x\n", "a: &b 1\nc: *b\n"] {
        assert_eq!(merge(ours, "a: 2\n", &base), None, "{ours}");
    }
    assert_eq!(merge("a: 1\n", "a: 2\n", &Written::new()), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 60 } else { 2000 }))]
    #[test]
    fn nothing_of_a_person_is_lost_and_the_rest_is_as_a_new_import_has_it(
        newer in prop::collection::vec(prop::sample::select(NEWER.to_vec()), 0..4),
        edits in edits(),
        which in any::<prop::sample::Index>(),
    ) {
        let newer = newer.iter().fold(KENNEL.to_owned(), |text, (from, to)| text.replace(from, to));
        let (before, after) = (files(KENNEL), files(&newer));
        let (name, base) = &before[which.index(before.len())];
        let Some((_, theirs)) = after.iter().find(|(other, _)| other == name) else {
            return Ok(());
        };
        prop_assert!(Split::new(base).is_some());
        let ours = edited(base, &edits);
        let Some(merged) = merge(&ours, theirs, &written(base)) else {
            prop_assert!(Split::new(&ours).is_none(), "not merged:\n{ours}\n{theirs}");
            return Ok(());
        };
        // Each line of the person's is there.
        let written_lines: BTreeSet<&str> = base.lines().collect();
        let lines: BTreeSet<&str> = merged.text.lines().map(str::trim).collect();
        for line in ours.lines().filter(|line| !written_lines.contains(line)) {
            // Only a value of a target that the document has no more becomes a comment.
            let comment = format!("# {}", line.trim());
            let is_retired = !merged.retired.is_empty() && lines.contains(comment.as_str());
            let is_there = lines.contains(line.trim()) || is_retired;
            prop_assert!(is_there, "lost: {line}\n{}", merged.text);
        }
        let is_value = |id: &String| id.starts_with("fixtures/") || id.starts_with("identities/");
        prop_assert!(merged.retired.iter().all(is_value), "{:?}", merged.retired);
        // What was not touched is as in the new import, and what was is as in the file.
        let (old, own, new, now) = (contents(base), contents(&ours), contents(theirs), contents(&merged.text));
        for (id, content) in &now {
            let is_touched = own.get(id) != old.get(id);
            prop_assert_eq!(Some(content), if is_touched { own.get(id) } else { new.get(id) }, "{}", id);
        }
        for id in new.keys() {
            let is_removed = old.contains_key(id) && !own.contains_key(id);
            prop_assert!(is_removed || now.contains_key(id), "{}", id);
        }
        // What both changed is said.
        for (id, content) in &new {
            let both = old.get(id) != Some(content) && own.get(id) != old.get(id) && own.get(id) != Some(content);
            let is_filled = id.starts_with("fixtures/") || id.starts_with("identities/");
            prop_assert!(!both || is_filled || merged.conflicts.contains(id), "{}", id);
        }
        // The same update again changes nothing.
        let again = merge(&merged.text, theirs, &written(theirs)).unwrap();
        prop_assert_eq!(&again.text, &merged.text);
        prop_assert_eq!(&again.conflicts, &Vec::<String>::new());
    }
}
