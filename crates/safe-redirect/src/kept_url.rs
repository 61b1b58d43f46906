//! A URL, kept for few instructions.

use url::Url;

/// Longer than most. What is longer takes an allocation, which costs as much as all else that is kept.
const IN_PLACE: usize = 103;

/// The text of a URL, which is parsed again where it is needed: few requests are redirected.
pub(crate) enum KeptUrl {
    Short { text: [u8; IN_PLACE], length: usize },
    Long(Box<str>),
}

impl KeptUrl {
    #[inline]
    pub(crate) fn of(url: &Url) -> Self {
        let url = url.as_str();
        let mut text = [0; IN_PLACE];
        let length = url.len();
        let Some(place) = text.get_mut(..length) else {
            return Self::Long(url.into());
        };
        place.copy_from_slice(url.as_bytes());
        Self::Short { text, length }
    }

    /// The URL. There always is one, since it was one.
    pub(crate) fn parse(&self) -> Option<Url> {
        let text = match self {
            Self::Short { text, length } => std::str::from_utf8(text.get(..*length)?).ok()?,
            Self::Long(text) => text,
        };
        Url::parse(text).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_of_any_length_comes_back_as_it_was() {
        let shortest = "https://a.test/".len();
        for length in [0, 1, 87, 88, 89, 300, 70_000] {
            let text = format!("https://a.test/{}", "x".repeat(length));
            let url = Url::parse(&text).unwrap();
            let kept = KeptUrl::of(&url);
            let is_short = matches!(kept, KeptUrl::Short { .. });
            assert_eq!(is_short, shortest + length <= IN_PLACE, "{length}");
            assert_eq!(kept.parse(), Some(url));
        }
    }
}
