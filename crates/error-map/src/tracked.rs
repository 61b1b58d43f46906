//! A deserializer that leaves a trail, so that an error can be placed.
//!
//! It passes everything on as it is, and notes each step into a value. A step has the name of a struct's field or of an
//! enum's variant only where the type itself names it: keys of a map look the same in JSON, and are the server's words.

mod key;
#[cfg(test)]
mod tests;
mod variant;

use std::cell::Cell;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, Visitor};

use crate::trail::{Step, Trail};
use key::Named;

/// Deserializes the value. If that fails, the trail leads to where it did.
pub(crate) fn deserialize<'de, T, D>(deserializer: D, trail: &Trail) -> Result<T, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    let place = Place {
        trail,
        depth: 0,
        names: &[],
    };
    T::deserialize(place.tracked(deserializer))
}

/// What a type calls its fields or variants.
type Names = &'static [&'static str];

#[derive(Clone, Copy)]
struct Place<'t> {
    trail: &'t Trail,
    depth: usize,
    /// Those of the value here.
    names: Names,
}

impl<'t> Place<'t> {
    fn tracked<X>(self, inner: X) -> Tracked<'t, X> {
        Tracked { inner, place: self }
    }

    fn with_names(self, names: Names) -> Self {
        Self { names, ..self }
    }

    fn enter(self, step: Step) -> Self {
        self.trail.enter(self.depth, step);
        Self {
            depth: self.depth + 1,
            names: &[],
            ..self
        }
    }

    /// Leaves a value that was good, and stays at one that was not.
    fn leave<T, E>(self, outcome: Result<T, E>) -> Result<T, E> {
        if outcome.is_ok() {
            self.trail.leave(self.depth);
        }
        outcome
    }
}

/// A deserializer, a visitor or a seed, and where it is.
struct Tracked<'t, X> {
    inner: X,
    place: Place<'t>,
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Tracked<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        self.inner.deserialize(self.place.tracked(deserializer))
    }
}

/// A seed of a value that is one step further, if it is there at all.
struct Behind<'t, S> {
    seed: Tracked<'t, S>,
    step: Step,
}

impl<'t, S> Tracked<'t, S> {
    fn behind(self, step: Step) -> Behind<'t, S> {
        Behind { seed: self, step }
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Behind<'_, S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        let Tracked { inner, place } = self.seed;
        inner.deserialize(place.enter(self.step).tracked(deserializer))
    }
}

macro_rules! deserialize {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.inner.$method(self.place.tracked(visitor))
        }
    )*};
    ($($method:ident($($name:ident: $type:ty),*))*) => {$(
        fn $method<V: Visitor<'de>>(self, $($name: $type,)* visitor: V) -> Result<V::Value, D::Error> {
            self.inner.$method($($name,)* self.place.tracked(visitor))
        }
    )*};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Tracked<'_, D> {
    type Error = D::Error;

    deserialize! {
        deserialize_any deserialize_bool deserialize_char deserialize_str deserialize_string
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_f32 deserialize_f64 deserialize_bytes deserialize_byte_buf deserialize_option
        deserialize_unit deserialize_seq deserialize_map deserialize_identifier deserialize_ignored_any
    }

    deserialize! {
        deserialize_unit_struct(name: &'static str)
        deserialize_newtype_struct(name: &'static str)
        deserialize_tuple(len: usize)
        deserialize_tuple_struct(name: &'static str, len: usize)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: Names,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let visitor = self.place.with_names(fields).tracked(visitor);
        self.inner.deserialize_struct(name, fields, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: Names,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let visitor = self.place.with_names(variants).tracked(visitor);
        self.inner.deserialize_enum(name, variants, visitor)
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

macro_rules! visit {
    ($($method:ident($type:ty))*) => {$(
        fn $method<E: Error>(self, value: $type) -> Result<V::Value, E> {
            self.inner.$method(value)
        }
    )*};
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Tracked<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    visit! {
        visit_bool(bool) visit_char(char)
        visit_i8(i8) visit_i16(i16) visit_i32(i32) visit_i64(i64) visit_i128(i128)
        visit_u8(u8) visit_u16(u16) visit_u32(u32) visit_u64(u64) visit_u128(u128)
        visit_f32(f32) visit_f64(f64)
        visit_str(&str) visit_borrowed_str(&'de str) visit_string(String)
        visit_bytes(&[u8]) visit_borrowed_bytes(&'de [u8]) visit_byte_buf(Vec<u8>)
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_unit()
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.inner.visit_none()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<V::Value, D::Error> {
        self.inner.visit_some(self.place.tracked(deserializer))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<V::Value, D::Error> {
        let deserializer = self.place.tracked(deserializer);
        self.inner.visit_newtype_struct(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<V::Value, A::Error> {
        let next = 0;
        let items = self.place.tracked(items);
        self.inner.visit_seq(Items { items, next })
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<V::Value, A::Error> {
        let place = self.place;
        let step = Step::Key;
        let members = place.tracked(members);
        let outcome = self.inner.visit_map(Members { members, step });
        if let Err(error) = &outcome
            && let Some(field) = missing_field(error, place.names)
        {
            place.trail.lacks(field);
        }
        outcome
    }

    fn visit_enum<A: EnumAccess<'de>>(self, chosen: A) -> Result<V::Value, A::Error> {
        self.inner.visit_enum(self.place.tracked(chosen))
    }
}

/// Which of these fields the error says is missing. Its text alone could be anybody's, a name of the type's is no secret.
fn missing_field(error: &impl Error, names: Names) -> Option<&'static str> {
    let text = error.to_string();
    let quoted = text.strip_prefix("missing field `")?;
    let (field, _) = quoted.split_once('`')?;
    names.iter().copied().find(|name| *name == field)
}

struct Items<'t, A> {
    items: Tracked<'t, A>,
    next: usize,
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Items<'_, A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        let place = self.items.place;
        let seed = place.tracked(seed).behind(Step::Index(self.next));
        self.next += 1;
        place.leave(self.items.inner.next_element_seed(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.items.inner.size_hint()
    }
}

struct Members<'t, A> {
    members: Tracked<'t, A>,
    /// The step to the value whose key was read last.
    step: Step,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Members<'_, A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        let Tracked { inner, place } = &mut self.members;
        self.step = Step::Key;
        if place.names.is_empty() {
            return inner.next_key_seed(seed);
        }
        let found = Cell::new(None);
        let key = inner.next_key_seed(Named::new(seed, place.names, &found));
        if let Some(name) = found.get() {
            self.step = Step::Name(name);
        }
        key
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        let Tracked { inner, place } = &mut self.members;
        let seed = place.tracked(seed).behind(self.step);
        place.leave(inner.next_value_seed(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.members.inner.size_hint()
    }
}
