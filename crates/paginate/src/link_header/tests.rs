//! Links as the RFC has them, as servers send them, and as nobody should.

mod corpus;
mod malformed;

use http::HeaderValue;
use proptest::prelude::*;

use super::*;

const PAGE: &str = "https://api.test/users?page=1";

/// The links of these header lines.
fn links(lines: &[&str]) -> Links {
    let values = lines
        .iter()
        .map(|line| (LINK, HeaderValue::from_bytes(line.as_bytes()).unwrap()));
    Links::of(&values.collect())
}

/// Where the next link leads, if there is one.
fn next(line: &str) -> Result<Option<String>, UnreadableLinks> {
    let links = links(&[line]);
    let found = links.find("next", &PAGE.parse().unwrap())?;
    Ok(found.map(|link| link.target().to_owned()))
}

/// Targets and relations.
fn read(lines: &[&str]) -> Vec<(String, Vec<String>)> {
    let read = |link: &Link| {
        let relations = link.relations().map(str::to_owned).collect();
        (link.target().to_owned(), relations)
    };
    links(lines).iter().map(read).collect()
}

fn link(target: &str, relations: &[&str]) -> (String, Vec<String>) {
    let relations = relations.iter().map(ToString::to_string);
    (target.to_owned(), relations.collect())
}

/// RFC 8288 §3.5.
#[test]
fn the_examples_of_the_rfc_are_read_as_it_says() {
    let book = r#"<http://example.com/TheBook/chapter2>; rel="previous"; title="previous chapter""#;
    let previous = link("http://example.com/TheBook/chapter2", &["previous"]);
    assert_eq!(read(&[book]), [previous]);
    assert_eq!(
        links(&[book]).iter().next().unwrap().parameter("title"),
        Some("previous chapter")
    );

    let extension = r#"</>; rel="http://example.net/foo""#;
    assert_eq!(read(&[extension]), [link("/", &["http://example.net/foo"])]);

    let anchored = r##"</terms>; rel="copyright"; anchor="#foo""##;
    assert_eq!(read(&[anchored]), [link("/terms", &["copyright"])]);
    let links_anchored = links(&[anchored]);
    assert!(
        !links_anchored
            .iter()
            .next()
            .unwrap()
            .is_about(&PAGE.parse().unwrap())
    );

    let titles = "</TheBook/chapter2>; rel=\"previous\"; title*=UTF-8'de'letztes%20Kapitel, \
         </TheBook/chapter4>; rel=\"next\"; title*=UTF-8'de'n%c3%a4chstes%20Kapitel";
    let chapters = [
        link("/TheBook/chapter2", &["previous"]),
        link("/TheBook/chapter4", &["next"]),
    ];
    assert_eq!(read(&[titles]), chapters);
    assert_eq!(
        links(&[titles]).iter().last().unwrap().parameter("TITLE*"),
        Some("UTF-8'de'n%c3%a4chstes%20Kapitel")
    );

    let two_relations = r#"<http://example.org/>; rel="start http://example.net/relation/other""#;
    let start = link(
        "http://example.org/",
        &["start", "http://example.net/relation/other"],
    );
    assert_eq!(read(&[two_relations]), [start]);

    let list = r#"<https://example.org/>; rel="start", <https://example.org/index>; rel="index""#;
    let separate = list.split(", ").collect::<Vec<_>>();
    let both = [
        link("https://example.org/", &["start"]),
        link("https://example.org/index", &["index"]),
    ];
    assert_eq!(read(&[list]), both);
    assert_eq!(read(&separate), both);
}

#[test]
fn no_comma_or_semicolon_in_a_url_or_in_quotes_separates() {
    for line in [
        r#"</a?ids=1,2;3>; rel="next""#,
        r#"</x>; rel="last"; title="a, b; rel=c, d", </a?ids=1,2;3>; title=";,<>"; rel=next"#,
        r#"</x>; title="\"</y>; rel=next, \\"; rel=prev,</a?ids=1,2;3>;rel=next;x="\,""#,
        r#", ,, </a?ids=1,2;3> ; rel = "next" ;; , ,"#,
    ] {
        assert_eq!(next(line), Ok(Some("/a?ids=1,2;3".to_owned())), "{line}");
    }
}

#[test]
fn a_quoted_pair_is_the_character_itself() {
    let links = links(&[r#"</x>; rel="ne\xt"; title="say \"hi\\ho\"\,""#]);
    let link = links.iter().next().unwrap();
    assert_eq!(link.parameter("title"), Some(r#"say "hi\ho","#));
    assert!(link.has_relation("next"));
}

#[test]
fn a_relation_is_found_in_any_case_and_among_several() {
    for relations in [
        "rel=next",
        "REL=NEXT",
        "rel=\"Next\"",
        "rel=\"prev next last\"",
        "rel=\"\tnext  archives \"",
        "rel=next prev",
        "rel='next'",
        "rel='prev next'",
        "rel=\"https://api.test/rels/next next\"",
    ] {
        let line = format!("</x>; {relations}");
        assert_eq!(next(&line), Ok(Some("/x".to_owned())), "{line}");
    }
    for relations in [
        "rel=nextt",
        "rel=\"prev-next next-archive\"",
        "rel=\"\"",
        "rel",
        "rel=",
        "rev=next",
        "rel*=UTF-8''next",
        "title=next",
        "next",
        "rel=https://api.test/rels/next",
    ] {
        let line = format!("</x>; {relations}");
        assert_eq!(next(&line), Ok(None), "{line}");
    }
}

#[test]
fn of_several_relations_and_anchors_the_first_counts() {
    assert_eq!(next("</x>; rel=prev; rel=next"), Ok(None));
    assert_eq!(next("</x>; rel=next; rel=prev"), Ok(Some("/x".to_owned())));
    assert_eq!(next("</x>; anchor=\"/a\"; rel=next; anchor=\"\""), Ok(None));
    assert_eq!(
        next("</x>; rel=next, </y>; rel=next"),
        Ok(Some("/x".to_owned()))
    );
}

#[test]
fn a_link_from_elsewhere_is_not_the_pages() {
    for anchor in [
        "",
        "#",
        "?page=1",
        "/users?page=1",
        "users?page=1",
        "//api.test/users?page=1",
        "https://API.test:443/users?page=1#",
        "https://ada@api.test/users?page=1",
    ] {
        let line = format!("</x>; rel=next; anchor=\"{anchor}\"");
        assert_eq!(next(&line), Ok(Some("/x".to_owned())), "{anchor:?}");
    }
    for anchor in [
        "#part",
        "?page=2",
        "/users",
        "http://api.test/users?page=1",
        "https://api.test/users?page=1#part",
        "https://other.test/users?page=1",
        "https://[",
        "urn:x",
    ] {
        let line = format!("</x>; rel=next; anchor=\"{anchor}\"");
        assert_eq!(next(&line), Ok(None), "{anchor:?}");
        let line = format!("{line}, </y>; rel=next");
        assert_eq!(next(&line), Ok(Some("/y".to_owned())), "{anchor:?}");
    }
}

#[test]
fn extension_attributes_are_kept_as_they_are() {
    let header = r#"</x>; rel="next"; results="true"; cursor="1:0:0"; flag; empty=""; Media=a"#;
    let extended = links(&[header]);
    let link = extended.iter().next().unwrap();
    let parameters: Vec<_> = link.parameters().skip(1).collect();
    let expected = [
        ("results", "true"),
        ("cursor", "1:0:0"),
        ("flag", ""),
        ("empty", ""),
        ("Media", "a"),
    ];
    assert_eq!(parameters, expected);
    assert_eq!(link.parameter("media"), Some("a"));
    assert_eq!(link.parameter("none"), None);
}

#[test]
fn text_that_is_not_utf8_is_replaced_in_parameters_and_refused_in_targets() {
    let of = |bytes: &[u8]| {
        let value = HeaderValue::from_bytes(bytes).unwrap();
        Links::of(&HeaderMap::from_iter([(LINK, value)]))
    };
    let page = PAGE.parse().unwrap();
    let title = of(b"</caf\xc3\xa9>; title=\"caf\xe9\"; rel=next");
    let link = title.find("next", &page).unwrap().unwrap();
    assert_eq!(link.target(), "/caf\u{e9}");
    assert_eq!(link.parameter("title"), Some("caf\u{fffd}"));
    let target = of(b"</caf\xe9>; rel=next");
    assert_eq!(target.find("next", &page), Err(UnreadableLinks {}));
}

#[test]
fn nothing_is_shown_of_what_the_server_wrote_but_names() {
    let line = "</x?key=hunter2>; rel=hunter2; title=hunter2, hunter2 next";
    let links = links(&[line]);
    let shown = format!("{links:?} {:?}", links.find("next", &PAGE.parse().unwrap()));
    assert!(
        shown.contains("title") && !shown.contains("hunter2"),
        "{shown}"
    );
}

/// A target and its parameters.
type Written = (String, Vec<(String, String)>);

fn written(links: &[Written]) -> String {
    let quoted = |value: &str| value.replace('\\', "\\\\").replace('"', "\\\"");
    let parameter = |(name, value): &(String, String)| format!("; {name}=\"{}\"", quoted(value));
    let link = |(target, parameters): &Written| {
        let parameters: String = parameters.iter().map(parameter).collect();
        format!("<{target}>{parameters}")
    };
    links.iter().map(link).collect::<Vec<_>>().join(", ")
}

fn any_link() -> impl Strategy<Value = Written> {
    let target = "[!-;=?-~\u{e9}]{0,20}";
    // A relation without what makes a link unsound.
    let relation = ("(?i:rel)", "[a-z.:/ -]{0,20}");
    let other = ("[a-qs-z!#$&*+^_`|~-]{1,8}", "[ -~\u{e9}\u{1f600}]{0,20}");
    let parameters = (
        proptest::collection::vec(other, 0..3),
        proptest::option::of(relation),
        proptest::collection::vec(other, 0..3),
    );
    let parameters = parameters.prop_map(|(before, relation, after)| {
        before.into_iter().chain(relation).chain(after).collect()
    });
    (target, parameters)
}

proptest! {
    #[test]
    fn what_the_grammar_writes_is_read_again(
        expected in proptest::collection::vec(any_link(), 0..5),
        split in any::<bool>(),
    ) {
        let lines = if split {
            expected.chunks(1).map(written).collect()
        } else {
            vec![written(&expected)]
        };
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let found = links(&lines);
        let found: Vec<_> = found.iter().map(|link| {
            let parameters = link.parameters().map(|(name, value)| (name.to_owned(), value.to_owned()));
            (link.target().to_owned(), parameters.collect::<Vec<_>>())
        }).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn no_header_causes_a_panic_or_grows(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(value) = HeaderValue::from_bytes(&bytes) {
            let links = Links::of(&HeaderMap::from_iter([(LINK, value)]));
            let size = |(name, value): (&str, &str)| name.len() + value.len();
            let sizes = links.iter().map(|link| link.target().len() + link.parameters().map(size).sum::<usize>());
            // A byte that is no UTF-8 becomes a character of three.
            prop_assert!(sizes.sum::<usize>() <= 3 * bytes.len());
            let _ = links.find("next", &PAGE.parse().unwrap());
        }
    }

    #[test]
    fn a_next_link_behind_anything_is_found_or_missed_aloud(noise in "[ -~\t]{0,30}") {
        let line = format!("{noise}, </y>; rel=\"next\"");
        // Silence would end the list too early.
        prop_assert_ne!(next(&line), Ok(None), "{}", line);
    }
}
