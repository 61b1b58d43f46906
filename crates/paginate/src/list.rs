//! The items of a page, as places in its body.

use std::fmt;

use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::PagingErrorKind;

/// The items of a page: where in its body each of them stands.
///
/// An item is decoded when it is wanted, straight from the body, so that one that can't be decoded doesn't cost the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// Begin and end of each in the body, which is no longer than 4 GiB.
    places: Vec<(u32, u32)>,
    /// How many at the front are left out, because they were yielded before.
    start: usize,
}

impl List {
    /// No items.
    pub fn empty() -> Self {
        Self::default()
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The elements of an array that stands in this body, up to this many.
    pub(crate) fn of(array: &RawValue, body: &[u8], most: usize) -> Result<Self, PagingErrorKind> {
        let json = array.get();
        if json == "null" {
            return Ok(Self::empty());
        }
        if !json.starts_with('[') {
            return Err(PagingErrorKind::ItemsNotAList);
        }
        let base = body.as_ptr().addr();
        let elements =
            serde_json::Deserializer::from_str(json).deserialize_seq(Elements { base, most });
        let places = elements.map_err(|error| PagingErrorKind::invalid_json(&error))?;
        Ok(Self { places, start: 0 })
    }

    /// Where in the body this item stands.
    pub(crate) fn place(&self, index: usize) -> Option<std::ops::Range<usize>> {
        let (begin, end) = *self.places.get(index)?;
        Some(usize::try_from(begin).ok()?..usize::try_from(end).ok()?)
    }

    /// The first item that is not left out.
    pub(crate) fn start(&self) -> usize {
        self.start
    }

    /// How many are not left out.
    pub(crate) fn left(&self) -> usize {
        self.places.len().saturating_sub(self.start)
    }

    /// Leaves out this many at the front.
    pub(crate) fn skip(&mut self, count: usize) {
        self.start = count.min(self.places.len());
    }

    /// Leaves out those at the back that are more than this many.
    pub(crate) fn truncate(&mut self, left: usize) {
        self.places.truncate(self.start.saturating_add(left));
    }
}

/// Collects where the elements of an array stand.
struct Elements {
    /// Where the body begins.
    base: usize,
    /// How many are kept. The others are read past.
    most: usize,
}

impl<'de> Visitor<'de> for Elements {
    type Value = Vec<(u32, u32)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut places = Vec::new();
        while places.len() < self.most
            && let Some(element) = list.next_element::<&'de RawValue>()?
        {
            let json = element.get();
            let begin = json.as_ptr().addr().checked_sub(self.base);
            let place = begin.and_then(|begin| {
                let end = begin.checked_add(json.len())?;
                Some((u32::try_from(begin).ok()?, u32::try_from(end).ok()?))
            });
            // The element is borrowed from the body, and a body is no longer than 4 GiB.
            places.push(place.ok_or_else(|| serde::de::Error::custom("beyond the body"))?);
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(places)
    }
}
