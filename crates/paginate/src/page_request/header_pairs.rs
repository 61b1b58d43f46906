//! Headers as pairs of strings, for a checkpoint.

use http::{HeaderName, HeaderValue};
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(super) fn serialize<S: Serializer>(
    headers: &[(HeaderName, HeaderValue)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let text = |(name, value): &(HeaderName, HeaderValue)| {
        let value = value.to_str().ok()?.to_owned();
        Some((name.as_str().to_owned(), value))
    };
    let pairs: Option<Vec<_>> = headers.iter().map(text).collect();
    let pairs = pairs.ok_or_else(|| S::Error::custom("a header is no text"))?;
    pairs.serialize(serializer)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<(HeaderName, HeaderValue)>, D::Error> {
    let pairs = Vec::<(String, String)>::deserialize(deserializer)?;
    let header = |(name, value): (String, String)| {
        let name = HeaderName::try_from(name).ok()?;
        let mut value = HeaderValue::try_from(value).ok()?;
        value.set_sensitive(true);
        Some((name, value))
    };
    let headers: Option<Vec<_>> = pairs.into_iter().map(header).collect();
    headers.ok_or_else(|| D::Error::custom("not a header"))
}
