//! Stores that break one promise each.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use token_store::{
    ExposeSecret, LockedStore, MemoryStore, RefreshMark, StoreError, StoredTokens, TokenSet,
    TokenStore,
};
use tokio::task::yield_now;

use crate::breakage::Breakage;

pub(crate) struct Broken {
    store: MemoryStore,
    breakage: Breakage,
    left: Arc<AtomicBool>,
}

impl Broken {
    pub(crate) fn pair(breakage: Breakage) -> (Self, Self) {
        let store = MemoryStore::new();
        let left = Arc::new(AtomicBool::new(false));
        let handle = |store| Self {
            store,
            breakage,
            left: Arc::clone(&left),
        };
        let other = match breakage {
            Breakage::SharesNothing => MemoryStore::new(),
            _ => store.clone(),
        };
        (handle(store), handle(other))
    }
}

#[async_trait]
impl TokenStore for Broken {
    async fn load(&self) -> Result<Option<TokenSet>, StoreError> {
        match self.breakage {
            Breakage::FirstLoadInvents => Ok(Some(TokenSet::new("invented"))),
            Breakage::LoadTakesLock => {
                let mut locked = self.store.lock().await?;
                Ok(locked.load().await?.map(StoredTokens::into_tokens))
            }
            _ => self.store.load().await,
        }
    }

    async fn lock(&self) -> Result<Box<dyn LockedStore>, StoreError> {
        let store = match self.breakage {
            Breakage::WaitsForEver => self.store.clone().lock_timeout(Duration::MAX),
            _ => self.store.clone(),
        };
        if self.left.load(Ordering::Relaxed) {
            return Err(StoreError::Busy {
                waited: Duration::ZERO,
            });
        }
        if self.breakage == Breakage::LeavesLockWithDroppedFuture {
            self.left.store(true, Ordering::Relaxed);
            yield_now().await;
            self.left.store(false, Ordering::Relaxed);
        }
        let locked = match self.breakage {
            Breakage::LocksForAll => None,
            Breakage::FailsInsteadOfBusy => Some(
                store
                    .lock()
                    .await
                    .map_err(|_| StoreError::failed("no lock"))?,
            ),
            _ => Some(store.lock().await?),
        };
        if self.breakage == Breakage::KeepsLockForEver {
            self.left.store(true, Ordering::Relaxed);
        }
        Ok(Box::new(LockedBroken {
            // Not exclusive: each write takes and gives a lock of its own.
            locked,
            store,
            breakage: self.breakage,
        }))
    }
}

struct LockedBroken {
    locked: Option<Box<dyn LockedStore>>,
    store: MemoryStore,
    breakage: Breakage,
}

impl LockedBroken {
    async fn locked(&mut self) -> Result<&mut Box<dyn LockedStore>, StoreError> {
        if self.locked.is_none() {
            self.locked = Some(self.store.lock().await?);
        }
        Ok(self.locked.as_mut().unwrap())
    }
}

#[async_trait]
impl LockedStore for LockedBroken {
    async fn load(&mut self) -> Result<Option<StoredTokens>, StoreError> {
        self.locked().await?.load().await
    }

    async fn mark(&mut self, mark: RefreshMark) -> Result<(), StoreError> {
        let breakage = self.breakage;
        let locked = self.locked().await?;
        match breakage {
            Breakage::MarkFailsWhenEmpty if locked.load().await?.is_none() => {
                Err(StoreError::failed("nobody is signed in"))
            }
            Breakage::ForgetsMark => Ok(()),
            Breakage::MarkClears => locked.clear().await,
            _ => locked.mark(mark).await,
        }
    }

    async fn save(&mut self, tokens: TokenSet) -> Result<(), StoreError> {
        let breakage = self.breakage;
        if breakage == Breakage::SavesWhenItLikes {
            let store = self.store.clone();
            drop(self.locked.take());
            let saving = tokio::spawn(async move {
                for _ in 0..8 {
                    yield_now().await;
                }
                store.lock().await?.save(tokens).await
            });
            return saving.await.unwrap();
        }
        let locked = self.locked().await?;
        if tokens.access().expose_secret().is_empty() {
            match breakage {
                Breakage::TakesEmptyAccessToken => return Ok(()),
                Breakage::ClearsForEmptyAccessToken => locked.clear().await?,
                _ => {}
            }
        }
        let former = locked.load().await?;
        let marked = former.as_ref().is_some_and(StoredTokens::may_be_spent);
        let former = former.map(StoredTokens::into_tokens);
        if breakage == Breakage::SavesByHalf {
            locked.save(TokenSet::new("half")).await?;
            yield_now().await;
        }
        let mark = RefreshMark::of(&tokens);
        locked.save(worsened(breakage, former, &tokens)).await?;
        match mark {
            Some(mark) if marked && breakage == Breakage::MarkOutlivesSave => {
                locked.mark(mark).await
            }
            _ if breakage == Breakage::SavesNothing => locked.clear().await,
            _ => Ok(()),
        }
    }

    async fn clear(&mut self) -> Result<(), StoreError> {
        if self.breakage == Breakage::ClearsNothing {
            return Ok(());
        }
        self.locked().await?.clear().await
    }
}

/// The tokens as a store with this breakage would keep them.
fn worsened(breakage: Breakage, former: Option<TokenSet>, tokens: &TokenSet) -> TokenSet {
    let plain = |token: &token_store::SecretString| token.expose_secret().to_owned();
    let scope = tokens.scopes().collect::<Vec<_>>().join(" ");
    let mut kept = TokenSet::new(plain(tokens.access()));
    let session = tokens.session().as_str();
    let forgets = match breakage {
        Breakage::ForgetsSession => true,
        // The ones that it thinks to be random.
        Breakage::ForgetsUnnamedSession => session.len() == 32,
        _ => false,
    };
    if !forgets {
        kept = kept.in_session(session);
    }
    if let Some(refresh) = tokens.refresh()
        && breakage != Breakage::ForgetsRefreshToken
    {
        kept = kept.refresh_token(plain(refresh));
    }
    if breakage != Breakage::ForgetsTokenType {
        kept = kept.token_type(tokens.scheme());
    }
    if !scope.is_empty() && breakage != Breakage::ForgetsScope {
        kept = kept.scope(scope);
    }
    if let Some(expiry) = tokens.expiry()
        && breakage != Breakage::ForgetsExpiry
    {
        kept = kept.expires_at(expiry);
    }
    for name in ["id_token", "x_list"] {
        if let Some(value) = tokens.member(name)
            && breakage != Breakage::ForgetsMembers
        {
            kept = kept.with_member(name, value.clone());
        }
    }
    match former {
        Some(former) if breakage == Breakage::KeepsFormerSession => {
            kept.in_session(former.session().as_str())
        }
        Some(former) if breakage == Breakage::KeepsFormerRefreshToken => former
            .refresh()
            .map_or(kept.clone(), |token| kept.refresh_token(plain(token))),
        _ => kept,
    }
}
