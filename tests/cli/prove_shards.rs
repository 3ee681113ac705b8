//! `probity prove --shard` and `--merge`: the parts of all shards make the proof of one process, and no gap is green.

use serde_json::Value;

use crate::support::folder::{Ended, Folder};

/// A folder with the suite that `init` writes, which is proven against its demo service.
fn initialised() -> Folder {
    let folder = Folder::new();
    folder.run(&["init"]).expect_code(0);
    folder
}

fn shard(folder: &Folder, number: usize, of: usize) -> Ended {
    let (shard, part) = (format!("{number}/{of}"), format!("parts/{number}.json"));
    folder.run(&["prove", "--shard", &shard, "--part", &part])
}

/// A proof without what differs from one time to the next.
fn timeless(folder: &Folder, name: &str) -> Value {
    let mut proof = folder.report(name);
    proof["duration_ms"] = Value::Null;
    proof
}

/// Proves the suite in one process and in shards.
fn both_ways(folder: &Folder, shards: usize, code: i32) {
    folder
        .run(&["prove", "--report", "whole.json"])
        .expect_code(code);
    for number in 1..=shards {
        shard(folder, number, shards)
            .expect_code(0)
            .expect_said(&format!("shard {number}/{shards} of a proof: "));
    }
    folder
        .run(&["prove", "--merge", "parts", "--report", "merged.json"])
        .expect_code(code);
    let whole = timeless(folder, "whole.json");
    assert!(whole["mutants"]["total"].as_u64().unwrap() > 100);
    assert_eq!(whole, timeless(folder, "merged.json"), "{shards} shards");
}

#[test]
fn the_parts_of_all_shards_make_the_proof() {
    for shards in [1, 3, 7] {
        both_ways(&initialised(), shards, 0);
    }
}

#[test]
fn what_survives_in_one_process_survives_in_shards() {
    let folder = initialised();
    let file = "cases/notes/writing.yaml";
    let check = "            json-exactly: { id: \"${capture.note}\", text: Buy milk }\n";
    let text = folder.read(file);
    assert!(text.contains(check));
    folder.write(file, text.replace(check, ""));
    both_ways(&folder, 4, 1);
    let merged = folder.report("merged.json");
    assert!(merged["mutants"]["survived"].as_u64().unwrap() > 0);
}

#[test]
fn a_gap_is_never_a_proof() {
    let folder = initialised();
    let merge = |paths: &[&str]| folder.run(&[&["prove", "--merge"], paths].concat());
    for number in [1, 2, 4] {
        shard(&folder, number, 4).expect_code(0);
    }
    merge(&["parts"])
        .expect_code(4)
        .expect_complaint("the parts make no proof: missing: shard 3/4")
        .expect_complaint("probity prove --shard 3/4 --part FILE");
    shard(&folder, 3, 4).expect_code(0);
    folder.write("again/3.json", folder.read("parts/3.json"));
    merge(&["parts", "--merge", "again"])
        .expect_code(2)
        .expect_complaint("shard 3/4 is there twice");
    // One of another number of shards, one of another suite, one that lost a mutant.
    shard(&folder, 2, 5).expect_code(0);
    merge(&["parts"])
        .expect_code(2)
        .expect_complaint("shard 1/4 is one of 4, and shard 2/5 is one of 5");
    shard(&folder, 2, 4).expect_code(0);
    let part = folder.report("parts/2.json");
    let judged = part["evidence"]["survey"]["judged"].as_u64().unwrap();
    let lost = part.to_string().replace(
        &format!("\"judged\":{judged}"),
        &format!("\"judged\":{}", judged - 1),
    );
    folder.write("parts/2.json", lost);
    merge(&["parts"]).expect_code(2).expect_complaint(
        "parts/2.json: it is no part of a proof: it was changed after it was written",
    );
    shard(&folder, 2, 4).expect_code(0);
    let reading = folder.read("cases/notes/reading.yaml");
    folder.write(
        "cases/notes/reading.yaml",
        reading.replace("title: a note that does not exist", "title: no such note"),
    );
    merge(&["parts"])
        .expect_code(2)
        .expect_complaint("shard 1/4 is of another proof");
}

#[test]
fn what_is_no_part_is_refused_before_anything_is_sent() {
    let folder = initialised();
    folder.write("report.json", "{\"format\": \"probity-proof/1\"}");
    folder
        .run(&["prove", "--merge", "report.json"])
        .expect_code(2)
        .expect_complaint("report.json: it is no part of a proof");
    folder
        .run(&["prove", "--merge", "nothing.json"])
        .expect_code(2)
        .expect_complaint("nothing.json: cannot be read");
    folder.run(&["prove", "--shard", "1/2"]).expect_code(2);
    folder
        .run(&["prove", "--shard", "3/2", "--part", "p.json"])
        .expect_code(2);
}
