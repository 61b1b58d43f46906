//! How long a stream waits between pages.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use crate::Page;

/// A wait that has begun.
pub(crate) type Wait = Pin<Box<dyn Future<Output = ()> + Send>>;

/// How long a stream waits after a page before it asks for the next one.
#[derive(Clone)]
pub(crate) struct Pace(Arc<dyn Fn(&Page) -> Wait + Send + Sync>);

impl Pace {
    pub(crate) fn new<F, W>(pace: F) -> Self
    where
        F: Fn(&Page) -> W + Send + Sync + 'static,
        W: Future<Output = ()> + Send + 'static,
    {
        Self(Arc::new(move |page| Box::pin(pace(page))))
    }

    pub(crate) fn after(&self, page: &Page) -> Wait {
        (self.0)(page)
    }
}

impl fmt::Debug for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pace").finish_non_exhaustive()
    }
}
