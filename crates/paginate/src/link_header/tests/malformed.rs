//! Links that no grammar allows: what is read of them, and what is missed aloud.

use super::*;

type Next = Result<Option<&'static str>, UnreadableLinks>;

/// What is wrong, the header, and where its next link leads: nowhere at the end of the list, or an error.
const MALFORMED: [(&str, &str, Next); 40] = [
    // Nothing in them says that there is a next page.
    ("empty", "", Ok(None)),
    ("space", " \t ", Ok(None)),
    ("commas", ",,,;;,", Ok(None)),
    ("no target", "; rel=prev", Ok(None)),
    ("text", "see the docs", Ok(None)),
    ("an empty bracket", "<", Ok(None)),
    ("a closing bracket", ">", Ok(None)),
    ("brackets", "<><<>>", Ok(None)),
    ("quotes", "\"\"\"", Ok(None)),
    ("a backslash", "</x>; rel=\"\\", Ok(None)),
    ("no relation", "</x>", Ok(None)),
    ("no bracket, of another page", "/x; rel=\"prev\"", Ok(None)),
    (
        "an open quotation, of another page",
        "</x>; rel=\"prev",
        Ok(None),
    ),
    // These can be read in one way only.
    ("a missing semicolon", "</y> rel=\"next\"", Ok(Some("/y"))),
    (
        "missing semicolons",
        "</y> title=\"a\" rel=next",
        Ok(Some("/y")),
    ),
    ("no space at all", "</y>rel=next", Ok(Some("/y"))),
    (
        "a missing comma",
        "</x>; rel=\"prev\" </y>; rel=\"next\"",
        Ok(Some("/y")),
    ),
    (
        "a missing comma without quotes",
        "</x>; rel=prev </y>; rel=next",
        Ok(Some("/y")),
    ),
    (
        "a semicolon for a comma",
        "</x>; rel=\"prev\"; </y>; rel=\"next\"",
        Ok(Some("/y")),
    ),
    ("spaces around", "< /y >;rel = \"next\" ", Ok(Some("/y"))),
    ("single quotes", "</y>; rel='next'", Ok(Some("/y"))),
    (
        "a space in the target",
        "</y z>; rel=next",
        Ok(Some("/y z")),
    ),
    ("an empty target", "<>; rel=next", Ok(Some(""))),
    ("an empty name", "</y>; =a; rel=next", Ok(Some("/y"))),
    ("signs of equality", "</y>; a==b=; rel=next", Ok(Some("/y"))),
    ("a wrong name", "</y>; @(a)=b; rel=next", Ok(Some("/y"))),
    ("rubbish before", "nonsense, </y>; rel=next", Ok(Some("/y"))),
    (
        "rubbish without a comma",
        "nonsense </y>; rel=next",
        Ok(Some("/y")),
    ),
    (
        "an open bracket before",
        "</x, </y>; rel=next",
        Ok(Some("/y")),
    ),
    (
        "an open bracket in place of a closed one",
        "</x; rel=prev, </y>; rel=next",
        Ok(Some("/y")),
    ),
    // These may hide a next link: to take them for the end of the list would lose the rest of it.
    ("no brackets", "/y; rel=\"next\"", Err(UnreadableLinks {})),
    (
        "an open bracket",
        "</y; rel=\"next\"",
        Err(UnreadableLinks {}),
    ),
    (
        "no opening bracket",
        "/y>; rel=\"next\"",
        Err(UnreadableLinks {}),
    ),
    (
        "entities",
        "&lt;/y&gt;; rel=&quot;next&quot;",
        Err(UnreadableLinks {}),
    ),
    (
        "an open quotation",
        "</y>; rel=\"next",
        Err(UnreadableLinks {}),
    ),
    (
        "a quotation that was never opened",
        "</y>; rel=next\"",
        Err(UnreadableLinks {}),
    ),
    (
        "a quotation mark too many",
        "</x>; rel=\"prev\"\", </y>; rel=\"next\"",
        Err(UnreadableLinks {}),
    ),
    (
        "a quotation that swallows",
        "</x>; rel=\"prev, </y>; rel=\"next\"",
        Err(UnreadableLinks {}),
    ),
    (
        "a title that swallows",
        "</x>; title=\"a, </y>; rel=\"next\"",
        Err(UnreadableLinks {}),
    ),
    ("JSON", "{\"next\": \"/y\"}", Err(UnreadableLinks {})),
];

#[test]
fn what_is_malformed_is_read_in_the_one_way_that_it_can_be_or_missed_aloud() {
    for (wrong, line, expected) in MALFORMED {
        let expected = expected.map(|target| target.map(str::to_owned));
        assert_eq!(next(line), expected, "{wrong}: {line}");
    }
}

#[test]
fn what_is_malformed_does_no_harm_to_the_lines_beside_it() {
    let good = "</good>; rel=\"next\"";
    for (wrong, line, expected) in MALFORMED {
        let page = PAGE.parse().unwrap();
        let after = links(&[good, line]);
        let found = after.find("next", &page).unwrap().unwrap();
        assert_eq!(found.target(), "/good", "{wrong}");
        let before = links(&[line, good]);
        let found = before.find("next", &page).unwrap().unwrap();
        let first = expected.ok().flatten().unwrap_or("/good");
        assert_eq!(found.target(), first, "{wrong}");
    }
}

#[test]
fn a_link_beyond_the_limits_is_missed_aloud() {
    let page = PAGE.parse().unwrap();
    let many = |count: usize| vec!["</x>; rel=prev"; count].join(", ");
    let with_next = |count| format!("{}, </y>; rel=next", many(count));

    let all = links(&[&with_next(127)]);
    assert_eq!(all.iter().count(), 128);
    assert_eq!(all.find("next", &page).unwrap().unwrap().target(), "/y");
    assert_eq!(links(&[&many(128)]).find("next", &page), Ok(None));

    let cut = links(&[&with_next(128)]);
    assert_eq!(cut.iter().count(), 128);
    assert_eq!(cut.find("next", &page), Err(UnreadableLinks {}));
    assert!(cut.find("prev", &page).unwrap().is_some());
}

#[test]
fn a_line_beyond_the_limit_is_missed_aloud() {
    let page = PAGE.parse().unwrap();
    let line = |length: usize| format!("</{}>; rel=next", "y".repeat(length - 13));
    let whole = links(&[&line(64 * 1024)]);
    assert!(whole.find("next", &page).unwrap().is_some());
    let long = links(&[&line(64 * 1024 + 1)]);
    assert_eq!(long.iter().count(), 0);
    assert_eq!(long.find("next", &page), Err(UnreadableLinks {}));
    // A line that fits is read, wherever it stands.
    let half = format!("</{}>; rel=prev", "x".repeat(40_000));
    let both = links(&[&half, &half, "</y>; rel=next"]);
    assert_eq!(both.iter().count(), 2);
    assert_eq!(both.find("next", &page).unwrap().unwrap().target(), "/y");
}
