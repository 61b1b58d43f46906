//! Asking for a stale answer again while it is served (RFC 5861 §3).

use std::sync::Arc;
use std::time::Duration;

use http::{Extensions, Method};
use request_context::{Call, Instant};
use reqwest::{Request, Response};
use tokio::time::timeout;

use crate::asked::{Ask, Asked};
use crate::revalidations::Begun;
use crate::spawn::spawn;
use crate::taking::Taken;
use crate::validators::{Own, add_conditions};
use crate::{Cache, CacheMode, Entry};

/// How long the origin has for it, body included.
const LIMIT: Duration = Duration::from_secs(60);

impl Cache {
    /// Sees to it that the entry is asked for again in the background. It tells whether somebody does that.
    pub(crate) fn revalidate_in_background(
        &self,
        ask: &Ask,
        entry: &Arc<Entry>,
        request: &Request,
        extensions: &Extensions,
    ) -> bool {
        let Some(client) = &self.options.revalidator else {
            return false;
        };
        if *request.method() != Method::GET {
            return false;
        }
        let running = match self
            .shared
            .revalidations
            .begin(&ask.key, self.options.max_revalidations)
        {
            Begun::Now(running) => running,
            Begun::Already => return true,
            Begun::TooMany => return false,
        };
        let asked = self.asked_by_nobody(ask, request);
        let mut extensions = for_another_call(extensions);
        let (cache, client, entry) = (self.clone(), client.clone(), Arc::clone(entry));
        spawn(async move {
            let _running = running;
            let work = async {
                let mut request = asked.request();
                let conditional = add_conditions(request.headers_mut(), &entry.parts().headers);
                let Ok(response) = client
                    .execute_with_extensions(request, &mut extensions)
                    .await
                else {
                    return;
                };
                let taken = cache
                    .take(&asked, Some(&entry), conditional, &extensions, response)
                    .await;
                if let Taken::Answer(response) = taken {
                    cache.read(response).await;
                }
            };
            // What comes too late is for the next one to ask for.
            let _ = timeout(LIMIT, work).await;
        })
    }

    /// The whole of what the request is about, whatever part or condition its caller wants.
    fn asked_by_nobody(&self, ask: &Ask, request: &Request) -> Asked {
        let ask = Ask {
            identity: ask.identity.clone(),
            key: ask.key.clone(),
            wish: ask.wish.clone(),
            own: Own::None,
            fresh_for: ask.fresh_for,
            epoch: ask.epoch,
            deadline: None,
        };
        let mut asked = Asked::new(ask, request, &self.shared, self.now());
        asked.want_the_whole();
        asked
    }

    /// Reads a body so that it is stored, as far as it may be that long.
    async fn read(&self, mut response: Response) {
        let mut read = 0;
        while let Ok(Some(piece)) = response.chunk().await {
            read += piece.len();
            if read > self.options.body_limit {
                return;
            }
        }
    }
}

/// What the caller has told the layers below, for a call of its own: no deadline, no attempts so far, the same principal.
fn for_another_call(extensions: &Extensions) -> Extensions {
    let mut own = extensions.clone();
    let caller = own.remove::<Arc<Call>>();
    let call = Call::of(&mut own);
    call.set_principal(caller.and_then(|caller| caller.principal()));
    if let Some(at) = Instant::now().checked_add(LIMIT) {
        call.set_deadline(at);
    }
    // Should there be a cache in the client, this is not for it to answer.
    own.insert(CacheMode::no_store());
    own
}
