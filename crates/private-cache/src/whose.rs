//! What a request and its call tell of whom it is made for, and by whose credential it was sent.

use http::Extensions;
use request_context::{Call, WithCredential, WithoutAuth, is_credential_name};
use reqwest::Request;

use crate::Cache;
use crate::identity::{Facts, Identity, Sent, identity};

impl Cache {
    /// For whom a request is made.
    pub(crate) fn identity(&self, request: &Request, extensions: &Extensions) -> Option<Identity> {
        let options = &self.options;
        let named = options
            .principal_from
            .as_ref()
            .and_then(|name| name(request, extensions));
        let origins = options.credential_origins.as_ref();
        let goes_elsewhere = origins.is_some_and(|origins| !origins.allows(request.url()));
        let is_without = goes_elsewhere || extensions.get::<WithoutAuth>().is_some();
        identity(Facts {
            named,
            at_the_rim: Call::find(extensions).and_then(|call| call.principal()),
            carries_own: carries_credential(request),
            is_given_another: extensions.get::<WithCredential>().is_some(),
            is_without,
            authenticated: options.authenticated || (origins.is_some() && !is_without),
        })
    }
}

/// What the layers below have sent.
pub(crate) fn sent(extensions: &Extensions) -> Sent {
    let Some(call) = Call::find(extensions) else {
        return Sent::default();
    };
    Sent {
        credential: call.sent_credential(),
        principal: call.sent_principal(),
    }
}

/// Whether a request carries a credential that its caller has put on.
fn carries_credential(request: &Request) -> bool {
    let headers = request.headers();
    let url = request.url();
    headers
        .iter()
        .any(|(name, value)| value.is_sensitive() || is_credential_name(name))
        || !url.username().is_empty()
        || url.password().is_some()
}
