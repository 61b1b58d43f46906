//! Parameters of a query, replaced by name.

use url::Url;
use url::form_urlencoded::{Serializer, parse};

/// Replaces the parameters of these names. The others stay as they were written.
pub(super) fn replace(url: &mut Url, parameters: &[(String, String)]) {
    if parameters.is_empty() {
        return;
    }
    let is_kept = |pair: &&str| {
        let name = parse(pair.as_bytes()).next().map(|(name, _)| name);
        let is_replaced = |name: &str| parameters.iter().any(|(other, _)| other == name);
        !name.is_some_and(|name| is_replaced(&name))
    };
    let kept = url.query().unwrap_or_default().split('&').filter(is_kept);
    let mut query = kept.collect::<Vec<_>>().join("&");
    if !query.is_empty() {
        query.push('&');
    }
    let start = query.len();
    let mut serializer = Serializer::for_suffix(query, start);
    serializer.extend_pairs(parameters);
    url.set_query(Some(&serializer.finish()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_replaces_all_of_its_name_and_leaves_the_others_as_they_were_written() {
        for (query, replaced) in [
            ("", "cursor=b%26c"),
            ("?", "cursor=b%26c"),
            ("?q=a+b", "q=a+b&cursor=b%26c"),
            ("?q=a%20b&cursor=a&flag", "q=a%20b&flag&cursor=b%26c"),
            ("?cursor=a&cursor=b&q", "q&cursor=b%26c"),
            ("?c%75rsor=a", "cursor=b%26c"),
            ("?cursor", "cursor=b%26c"),
            ("?xcursor=a", "xcursor=a&cursor=b%26c"),
        ] {
            let mut url: Url = format!("https://a.test/x{query}").parse().unwrap();
            replace(&mut url, &[("cursor".to_owned(), "b&c".to_owned())]);
            assert_eq!(url.query(), Some(replaced), "{query:?}");
        }
    }

    #[test]
    fn without_parameters_nothing_changes() {
        let mut url: Url = "https://a.test/x?".parse().unwrap();
        replace(&mut url, &[]);
        assert_eq!(url.as_str(), "https://a.test/x?");
    }
}
