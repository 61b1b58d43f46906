//! Parameters of a request.

use serde::{Deserialize, Deserializer};

/// A parameter without a value is treated as if it were omitted (RFC 6749 §3.1).
pub(super) fn given<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: From<String>,
{
    let text = String::deserialize(deserializer)?;
    Ok(Some(text).filter(|text| !text.is_empty()).map(T::from))
}
