//! What a credential has added to a URL, and how it is taken out of all that shows the URL.

use reqwest::Url;
use url::form_urlencoded;

/// The parameters that a credential has added to a URL's query.
pub(crate) struct AddedQuery {
    before: Url,
    sent: Url,
    pairs: Vec<(String, String)>,
}

impl AddedQuery {
    /// What was added between these two, if they differ.
    pub(crate) fn between(before: Url, sent: &Url) -> Option<Self> {
        if before == *sent {
            return None;
        }
        let pairs = sent
            .query_pairs()
            .filter(|pair| !before.query_pairs().any(|other| other == *pair))
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        let sent = sent.clone();
        Some(Self {
            before,
            sent,
            pairs,
        })
    }

    /// Whether the URL has all that was added.
    pub(crate) fn is_in(&self, url: &Url) -> bool {
        self.pairs.iter().all(|(own, secret)| {
            url.query_pairs()
                .any(|(name, value)| *own == name && *secret == value)
        })
    }

    /// Makes the URL what it was before. A redirect may have led to another that repeats what was added.
    pub(crate) fn remove_from(&self, url: &mut Url) {
        if *url == self.sent {
            url.clone_from(&self.before);
            return;
        }
        let Some(kept) = url.query().and_then(|query| self.removed_from(query)) else {
            return;
        };
        url.set_query(Some(kept.as_str()).filter(|query| !query.is_empty()));
    }

    /// The text without what was added, wherever a query in it repeats that; none if it doesn't.
    pub(crate) fn removed_from(&self, text: &str) -> Option<String> {
        let mut kept = String::with_capacity(text.len());
        let mut rest = text;
        let mut found = false;
        while !rest.is_empty() {
            let end = rest.find(ends_pair).unwrap_or(rest.len());
            let (piece, mut tail) = rest.split_at(end);
            if self.is_added(piece) {
                found = true;
                // The pair goes, and the delimiter on one side of it.
                if kept.ends_with('&') {
                    kept.pop();
                } else if let Some(next) = tail.strip_prefix('&') {
                    rest = next;
                    continue;
                } else if kept.ends_with('?') {
                    kept.pop();
                }
            } else {
                kept.push_str(piece);
            }
            if let Some(delimiter) = tail.chars().next() {
                kept.push(delimiter);
                tail = &tail[delimiter.len_utf8()..];
            }
            rest = tail;
        }
        found.then_some(kept)
    }

    fn is_added(&self, piece: &str) -> bool {
        let Some((name, value)) = form_urlencoded::parse(piece.as_bytes()).next() else {
            return false;
        };
        self.pairs
            .iter()
            .any(|(own, secret)| *own == name && *secret == value)
    }
}

/// What ends a pair: in a URL, or where a URL ends in a header.
fn ends_pair(char: char) -> bool {
    matches!(char, '?' | '&' | '#' | '<' | '>' | '"' | ' ')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    fn added() -> AddedQuery {
        let before = url("https://api.test/items?page=2#top");
        let sent = url("https://api.test/items?page=2&key=hunter2+%26#top");
        AddedQuery::between(before, &sent).unwrap()
    }

    #[test]
    fn the_url_that_was_sent_becomes_what_it_was() {
        let mut shown = url("https://api.test/items?page=2&key=hunter2+%26#top");
        added().remove_from(&mut shown);
        assert_eq!(shown, url("https://api.test/items?page=2#top"));
    }

    #[test]
    fn only_what_was_added_goes_from_other_urls() {
        for (shown, kept) in [
            ("https://b.test/?key=hunter2+%26", "https://b.test/"),
            (
                "https://b.test/?key=hunter2%20%26&a=1",
                "https://b.test/?a=1",
            ),
            (
                "https://b.test/?a=%2f&key=hunter2+%26&b=%7e",
                "https://b.test/?a=%2f&b=%7e",
            ),
            (
                "https://b.test/?key=hunter2+%26&key=hunter2+%26",
                "https://b.test/",
            ),
            (
                "https://b.test/login?next=/items?key=hunter2+%26",
                "https://b.test/login?next=/items",
            ),
            // Nothing of ours in it.
            (
                "https://b.test/?key=own&page=2",
                "https://b.test/?key=own&page=2",
            ),
            ("https://b.test/?", "https://b.test/?"),
        ] {
            let mut url = url(shown);
            added().remove_from(&mut url);
            assert_eq!(url.as_str(), kept, "{shown}");
        }
    }

    #[test]
    fn headers_that_repeat_the_query_lose_what_was_added() {
        for (shown, kept) in [
            ("/items/?key=hunter2+%26&page=2", "/items/?page=2"),
            (
                r#"<https://api.test/items?page=3&key=hunter2+%26>; rel="next", </items?key=hunter2+%26>; rel="first""#,
                r#"<https://api.test/items?page=3>; rel="next", </items>; rel="first""#,
            ),
        ] {
            assert_eq!(added().removed_from(shown).as_deref(), Some(kept));
        }
        assert_eq!(added().removed_from(r#"</items>; rel="key""#), None);
    }

    #[test]
    fn a_url_that_did_not_change_has_nothing_to_hide() {
        let same = url("https://api.test/");
        assert!(AddedQuery::between(same.clone(), &same).is_none());
    }

    proptest! {
        #[test]
        fn no_key_is_left_in_any_url(
            name in "[ -~]{1,8}",
            key in "\\PC{1,12}",
            before in "[a-z0-9=&?%+]{0,20}",
            after in "[a-z0-9=&?%+]{0,20}",
        ) {
            let mut before = url(&format!("https://api.test/?{before}"));
            prop_assume!(before.query_pairs().all(|(own, _)| own != *name));
            let original = before.clone();
            before.query_pairs_mut().append_pair(&name, &key);
            let added = AddedQuery::between(original, &before).unwrap();

            let mut elsewhere = url("https://b.test/");
            let pair = before.query().unwrap().rsplit('&').next().unwrap();
            elsewhere.set_query(Some(&format!("{after}&{pair}")));
            added.remove_from(&mut elsewhere);
            prop_assert!(!elsewhere.query_pairs().any(|(own, value)| own == *name && value == *key));
        }
    }
}
