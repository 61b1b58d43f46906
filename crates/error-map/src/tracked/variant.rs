//! The variant of an enum, and what it holds.

use std::cell::Cell;

use serde::de::{DeserializeSeed, EnumAccess, VariantAccess, Visitor};

use super::key::Named;
use super::{Names, Tracked};
use crate::trail::Step;

impl<'de, 't, A: EnumAccess<'de>> EnumAccess<'de> for Tracked<'t, A> {
    type Error = A::Error;
    type Variant = Tracked<'t, A::Variant>;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, Self::Variant), A::Error> {
        let found = Cell::new(None);
        let seed = Named::new(seed, self.place.names, &found);
        let (value, variant) = self.inner.variant_seed(seed)?;
        let step = found.get().map_or(Step::Key, Step::Name);
        Ok((value, self.place.enter(step).tracked(variant)))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Tracked<'_, A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.inner.unit_variant()
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        self.inner.newtype_variant_seed(self.place.tracked(seed))
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, A::Error> {
        self.inner.tuple_variant(len, self.place.tracked(visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: Names,
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        let visitor = self.place.with_names(fields).tracked(visitor);
        self.inner.struct_variant(fields, visitor)
    }
}
