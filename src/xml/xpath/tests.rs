use super::*;
use proptest::prelude::*;

const BODY: &str = "<r xmlns:t='urn:s' xmlns='urn:d' id='9'><t:item n='1'>one</t:item>\n<t:item n='2'>t<b>w</b>o</t:item><!--c--><?p d?><list/></r>";

fn namespaces() -> Namespaces {
    let pairs = [("s", "urn:s"), ("d", "urn:d")];
    let pairs = pairs.map(|(prefix, uri)| (prefix.to_owned(), uri.to_owned()));
    pairs.into()
}

fn shown(path: &str, body: &str) -> String {
    let document = Document::parse_text(body).unwrap();
    let path = XPath::new(path, &namespaces()).unwrap();
    match path.evaluate(&document, &[]) {
        Err(TooManySteps) => "too many steps".to_owned(),
        Ok(Value::Nodes(nodes)) => {
            let texts = nodes
                .iter()
                .map(|id| document.string_value(*id).into_owned());
            texts.collect::<Vec<_>>().join("|")
        }
        Ok(Value::Text(text)) => format!("{text:?}"),
        Ok(Value::Number(number)) => number::text_of(number),
        Ok(Value::Boolean(flag)) => flag.to_string(),
    }
}

#[test]
fn paths_select_nodes_in_document_order() {
    let cases = [
        ("/d:r/s:item", "one|two"),
        ("//s:item/@n", "1|2"),
        ("//@*", "9|1|2"),
        ("/*/@id", "9"),
        ("//s:item[2]", "two"),
        ("//s:item[@n='2']", "two"),
        ("(//s:item)[1]", "one"),
        ("(//s:item)[last()]/@n", "2"),
        ("(//s:item | //@id)[1]", "9"),
        ("//s:item | //@id", "9|one|two"),
        ("//s:item[@n > 1]", "two"),
        ("//s:item[contains(., 'w')]/d:b", "w"),
        ("//d:b/ancestor::s:item/@n", "2"),
        ("//d:b/ancestor::*[1]/@n", "2"),
        ("//s:item[2]/preceding-sibling::*", "one"),
        ("//s:item[1]/following-sibling::s:item", "two"),
        ("//d:b/preceding::s:item", "one"),
        ("//s:item[1]/following::d:b", "w"),
        ("//s:item/text()", "one|t|o"),
        ("//comment()", "c"),
        ("//processing-instruction('p')", "d"),
        ("//*[local-name() = 'b']", "w"),
        ("//s:*", "one|two"),
        ("//s:item[not(d:b)]", "one"),
        ("//@id/..", "one\ntwo"),
        ("/d:r/d:list", ""),
        ("//s:item[position() = last()]", "two"),
        ("//s:item[. = 'one' or @n = 2]", "one|two"),
        ("descendant::s:item[1]", "one"),
        ("//item", ""),
        (".", "one\ntwo"),
        ("/", "one\ntwo"),
    ];
    for (path, expected) in cases {
        assert_eq!(shown(path, BODY), expected, "{path}");
    }
}

#[test]
fn functions_and_operators_follow_the_standard() {
    let cases = [
        ("count(//s:item)", "2"),
        ("count(//s:item) = 2", "true"),
        ("sum(//@n)", "3"),
        ("string(//s:item)", "\"one\""),
        ("string(/d:r/d:list)", "\"\""),
        ("name(/*/*[1])", "\"t:item\""),
        ("local-name(/*)", "\"r\""),
        ("namespace-uri(/*)", "\"urn:d\""),
        ("substring('12345', 2, 3)", "\"234\""),
        ("substring('12345', 1.5, 2.6)", "\"234\""),
        ("substring('12345', 0 div 0, 3)", "\"\""),
        ("substring('12345', -42, 1 div 0)", "\"12345\""),
        ("substring('12345', 2)", "\"2345\""),
        ("substring-before('1999/04', '/')", "\"1999\""),
        ("substring-after('1999/04', '19')", "\"99/04\""),
        ("translate('--aaa--', 'abc-', 'ABC')", "\"AAA\""),
        ("normalize-space('  a  b ')", "\"a b\""),
        ("string-length('é😀')", "2"),
        ("concat('a', 1, true())", "\"a1true\""),
        ("starts-with('abc', 'ab')", "true"),
        ("1 div 0", "Infinity"),
        ("0 div 0", "NaN"),
        ("5 mod -2", "1"),
        ("-5 mod 2", "-1"),
        ("round(2.5)", "3"),
        ("round(-2.5)", "-2"),
        ("floor(-0.5)", "-1"),
        ("0.1 + 0.2", "0.30000000000000004"),
        ("1000000000000 * 10000000000", "10000000000000000000000"),
        ("- - 1", "1"),
        ("2 * 3 - 1", "5"),
        ("1 = 1.0", "true"),
        ("'1' = 1", "true"),
        ("//@n = 2", "true"),
        ("//@n != 2", "true"),
        ("not(//@n = 2)", "false"),
        ("//@n < //@id", "true"),
        ("//@n > //@id", "false"),
        ("//@n = //@id", "false"),
        ("//d:nothing = ''", "false"),
        ("true() = //d:nothing", "false"),
        ("number('1e3')", "NaN"),
        ("number(' -1.5 ')", "-1.5"),
        ("number('+1')", "NaN"),
        ("boolean('false')", "true"),
        ("count(//s:item[lang('de')])", "0"),
        ("1 < 2 and 2 < 3", "true"),
        ("(1 + 2) * 3", "9"),
        ("count(//*[self::s:item or self::d:b])", "3"),
    ];
    for (path, expected) in cases {
        assert_eq!(shown(path, BODY), expected, "{path}");
    }
    let german = "<a xml:lang='de-CH'><b/></a>";
    assert_eq!(shown("count(//b[lang('DE')])", german), "1");
    assert_eq!(shown("//é", "<a><é>x</é></a>"), "x");
    assert_eq!(
        shown("//div/mod/and", "<div><mod><and>x</and></mod></div>"),
        "x"
    );
}

#[test]
fn what_is_no_xpath_is_reported_with_its_place() {
    let cases = [
        ("//s:item[", "expected an expression, found the end", (9, 9)),
        ("//s:item]", "expected the end, found `]`", (8, 9)),
        ("", "expected an expression, found the end", (0, 0)),
        ("//x:item", "unknown prefix `x`", (2, 3)),
        ("//a[x:b = 1]", "unknown prefix `x`", (4, 5)),
        (
            "cont(//a)",
            "unknown function `cont()`: did you mean `count()`?",
            (0, 4),
        ),
        ("//a[foo()]", "unknown function `foo()`", (4, 7)),
        (
            "//a[matches(., 'x')]",
            "`matches()` is not a function of XPath 1.0",
            (4, 11),
        ),
        ("count()", "`count()` takes 1 argument, found 0", (0, 5)),
        ("count(1)", "`count()` takes nodes, not a value", (6, 7)),
        ("a::b", "unknown axis `a`", (0, 1)),
        (
            "//namespace::x",
            "the `namespace` axis is not supported",
            (2, 11),
        ),
        (
            "$v",
            "variables are not supported: write `${capture.name}` for a value",
            (0, 1),
        ),
        ("'open", "the quote is not closed", (0, 5)),
        ("//a[@b = 1", "expected `]`, found the end", (10, 10)),
        (
            "//a[. = 9007199254740993]",
            "more digits than can be compared exactly: write it as text, in quotes",
            (8, 24),
        ),
        ("//1a", "expected a name, found `1`", (2, 3)),
        ("/a/", "expected a name, found the end", (3, 3)),
        ("a b", "expected the end, found `b`", (2, 3)),
        ("a | 1", "`|` joins nodes only", (2, 3)),
        (
            "'a'[1]",
            "expected an operator, because what is before it is no node, found `[`",
            (3, 4),
        ),
        ("a # b", "unexpected `#`", (2, 3)),
        (
            "//a/count(b)",
            "`count()` selects no nodes in a path",
            (4, 9),
        ),
        (
            "id('x')",
            "`id()` is not supported: write `//*[@id = 'x']`",
            (0, 2),
        ),
    ];
    for (path, message, range) in cases {
        let error = XPath::new(path, &namespaces()).unwrap_err();
        assert_eq!(
            (error.message.as_str(), error.range),
            (message, range),
            "{path}"
        );
    }
}

#[test]
fn no_expression_exhausts_the_stack() {
    let many = 1_500;
    for path in [
        "(".repeat(many),
        "a[".repeat(many),
        format!("{}1", "-".repeat(many)),
        vec!["a"; many].join("|"),
        vec!["1"; many].join("+"),
        format!("a{}", "[1]".repeat(many)),
        "not(".repeat(900),
        "a/".repeat(9_000),
    ] {
        assert!(XPath::new(&path, &namespaces()).is_err(), "{}", &path[..9]);
    }
    let steps = vec!["a"; many].join("/");
    assert_eq!(shown(&steps, "<a/>"), "");
}

#[test]
fn evaluation_ends() {
    let each = (0..5_000).map(|number| format!("<b c='{number}'>x{number}</b>"));
    let body = format!("<a>{}</a>", each.collect::<String>());
    for path in ["//b[@c = '4999']", "//b[last()]", "/a/b[. = 'x4999']"] {
        assert_eq!(shown(path, &body), "x4999", "{path}");
    }
    assert_eq!(shown("count(//b[. = //@c])", &body), "too many steps");
    assert_eq!(shown("count(/a[//b != //@c])", &body), "1");
    for path in [
        "count(//b[preceding::b])",
        "count(//b[preceding-sibling::b[1]])",
        "count(//b/following-sibling::b)",
        "count(//b[contains(/, 'nope')])",
        "count(//b[. = following-sibling::b])",
    ] {
        assert_eq!(shown(path, &body), "too many steps", "{path}");
    }
}

#[test]
fn values_are_operands_or_parts_of_quoted_texts() {
    let document = Document::parse_text(BODY).unwrap();
    let hole = hole(0).unwrap();
    let texts = |path: &str, value: Value| {
        let path = XPath::new(path, &namespaces()).unwrap();
        path.evaluate(&document, &[value])
    };
    let by_number = texts(&format!("count(//s:item[@n = {hole}])"), Value::Number(2.0));
    assert_eq!(by_number, Ok(Value::Number(1.0)));
    let quoted = format!("count(//s:item[. = 'o{hole}'])");
    assert_eq!(
        texts(&quoted, Value::Text("ne".into())),
        Ok(Value::Number(1.0))
    );
    let hostile = Value::Text("' or '1' = '1".into());
    assert_eq!(texts(&quoted, hostile), Ok(Value::Number(0.0)));
    assert!(XPath::new(&format!("//{hole}"), &namespaces()).is_err());
}

fn dead(path: &str, body: &str) -> Option<String> {
    let document = Document::parse_text(body).unwrap();
    let path = XPath::new(path, &namespaces()).unwrap();
    let dead = path.dead_end(&document, &[]).unwrap()?;
    Some(match dead {
        DeadEnd::Nothing(part) => part,
        DeadEnd::OtherNamespace {
            local,
            expected,
            found,
        } => {
            format!("{local}: {found:?} instead of {expected:?}")
        }
        DeadEnd::Misspelt { part, found } => format!("{part}, and {found} is there"),
    })
}

#[test]
fn a_path_that_leads_nowhere_is_no_evidence() {
    let body = "<order><items><item id='1'/></items><empty/></order>";
    for path in [
        "/order/error",
        "//error",
        "//item[@id = '2']",
        "/order/empty/*",
        "count(//error)",
        "not(/order/error)",
        "//item/@deleted",
        "//item[@deleted]/note",
        // That a comparison finds nothing to compare is an answer, too.
        "//item[@deleted = 'true']",
        "//item[contains(note, 'x')]/@id",
        "not(//item/@deleted = 'true')",
        "//item[@id = '2'][note/text]",
        "(//item)[@id = '2']/note/text",
        "//error | //empty/*",
        "count(//error | //item)",
        "sum(//item/@id) + count(//error)",
        "string(//empty)",
        "//items/item[../@id = 2]",
    ] {
        assert_eq!(dead(path, body), None, "{path}");
    }
    for (path, part) in [
        ("/ordr/error", "/ordr"),
        ("//itemz[@id = '2']", "//itemz"),
        ("//itemz/@id", "//itemz"),
        ("count(/order/itemz/item)", "/order/itemz"),
        ("not(/ordr/error)", "/ordr"),
        ("boolean(//item) and not(//list/item)", "//list"),
        ("(//itemz)[1]", "(//itemz)[1]"),
        // In predicates.
        ("//item[zz/@q = 1]/note", "zz/@q, in a predicate of //item"),
        (
            "//item[@id = 1][not(contains(../zz/q, 'x'))]",
            "../zz/q, in a predicate of //item",
        ),
        ("(//item)[zz/q]", "zz/q"),
        (
            "count(//item[not(zz/q = 'x')])",
            "zz/q, in a predicate of //item",
        ),
        ("//item[/zz/q]", "/zz/q, in a predicate of //item"),
        (
            "//items[item[zz/q]]",
            "zz/q, in a predicate of item, in a predicate of //items",
        ),
        // Each side of `|`.
        ("//zz/q | //error", "//zz/q"),
        ("//error | //zz/q", "//zz/q"),
        ("(//error | //zz/q)/@id", "//zz/q"),
        ("count(//item | //zz/q)", "//zz/q"),
        // A text or a number of nothing.
        ("string(//error)", "//error"),
        ("contains(//error, 'x')", "//error"),
        ("not(contains(//error, 'x'))", "//error"),
        ("sum(//item/@price)", "//item/@price"),
        ("string(//error | //empty/*)", "//error"),
        ("count(//item) - /order/total", "/order/total"),
        ("-/order/total", "/order/total"),
        ("concat('a', //item/@name)", "//item/@name"),
        // Misspelt where the name is there.
        ("count(/order/itmes)", "/order/itmes, and items is there"),
        ("//itme", "//itme, and item is there"),
        ("/order/Empty", "/order/Empty, and empty is there"),
        ("//item/@ID", "//item/@ID, and id is there"),
        ("//item[@Id = 2]/@id", "@Id, and id is there"),
    ] {
        let part = part.replace("zz/@q", "zz").replace("zz/q", "zz");
        let dead = dead(path, body).unwrap_or_else(|| panic!("{path}"));
        assert_eq!(dead, part, "{path}");
    }
}

#[test]
fn one_of_several_joined_paths_that_leads_nowhere_is_found_beside_the_others() {
    let document = Document::parse_text("<a><b c='1'/></a>").unwrap();
    let dead = |path: &str| {
        let path = XPath::new(path, &namespaces()).unwrap();
        path.dead_branch(&document, &[]).unwrap()
    };
    let nothing = |part: &str| Some(DeadEnd::Nothing(part.to_owned()));
    assert_eq!(dead("//zz/q | //b/@c"), nothing("//zz"));
    assert_eq!(dead("//b | (//b/@c | //zz/q)"), nothing("//zz"));
    assert_eq!(dead("(//b | //zz/q)/@c"), nothing("//zz"));
    assert_eq!(dead("//b | //zz"), None);
    // What is selected shows that the predicate was met.
    assert_eq!(dead("//b[@c = 1 or zz/q] | //b"), None);
    assert_eq!(dead("//b"), None);
}

#[test]
fn names_that_differ_like_a_typo_are_no_plurals_and_no_other_words() {
    for (path, body) in [
        ("//error", "<errors/>"),
        ("/r/rate", "<r><date/></r>"),
        ("/r/item", "<r><item2/></r>"),
        ("/r/min", "<r><max/></r>"),
        ("/r/a", "<r><b/></r>"),
        ("/r/ab", "<r><cd/></r>"),
    ] {
        assert_eq!(dead(path, body), None, "{path}");
    }
    for (path, body) in [
        ("/r/from", "<r><form/></r>"),
        ("/r/adress", "<r><address/></r>"),
        ("/r/orderId", "<r><order-id/></r>"),
        ("/r/order_id", "<r><OrderID/></r>"),
    ] {
        assert!(dead(path, body).is_some(), "{path}");
    }
}

#[test]
fn a_name_that_is_only_in_another_namespace_is_no_evidence() {
    let body = "<order xmlns='urn:d'><item/><a xmlns=''/></order>";
    assert_eq!(
        dead("//item", body).unwrap(),
        "item: \"urn:d\" instead of \"\""
    );
    assert_eq!(
        dead("count(/d:order/item)", body).unwrap(),
        "item: \"urn:d\" instead of \"\""
    );
    assert_eq!(
        dead("//s:item", body).unwrap(),
        "item: \"urn:d\" instead of \"urn:s\""
    );
    assert_eq!(
        dead("//d:order[item]", body).unwrap(),
        "item: \"urn:d\" instead of \"\""
    );
    assert_eq!(dead("//d:item", body), None);
    assert_eq!(dead("//a | //d:error", body), None);
}

proptest! {
    #[test]
    fn any_text_is_an_xpath_or_an_error(
        path in "[/@a-c:*\\[\\]()=<>|+. '\"0-9,-]{0,40}|(//|/|a|@b|\\[|\\]|1|=|count\\(|\\)|\\.|text\\(\\)| or ){0,12}",
    ) {
        match XPath::new(&path, &namespaces()) {
            Ok(compiled) => {
                let document = Document::parse_text("<a b='1'><a>2</a>x<c/></a>").unwrap();
                let _ = compiled.evaluate(&document, &[]);
                let _ = compiled.dead_end(&document, &[]);
                let _ = compiled.dead_branch(&document, &[]);
            }
            Err(error) => {
                let (start, end) = error.range;
                prop_assert!(start <= end && end <= path.len());
                prop_assert!(path.get(start..end).is_some());
            }
        }
    }
}
