//! A store and a grant that do as they are told, and a log of what they were asked.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use auth_middleware::{Grant, TokenRefresher};
use refresh_queue::RefreshError;
use testkit::Gate;
use token_store::{
    LockedStore, MemoryStore, RefreshMark, StoreError, StoredTokens, TokenSet, TokenStore,
};

use super::name;

/// A store and a grant with one log. Clones share everything.
#[derive(Clone, Default)]
pub(super) struct World {
    pub(super) memory: MemoryStore,
    log: Arc<Mutex<Vec<String>>>,
    /// How often each operation still fails.
    broken: Arc<Mutex<HashMap<&'static str, usize>>>,
    /// What another process does to the store while the lock is waited for.
    meanwhile: Arc<Mutex<Meanwhile>>,
    answers: Arc<Mutex<VecDeque<Result<TokenSet, RefreshError>>>>,
    /// Held before each answer, if it is closed.
    gate: Arc<Mutex<Option<Gate>>>,
    needs_no_tokens: bool,
    time_limit: Option<Duration>,
}

#[derive(Default)]
enum Meanwhile {
    #[default]
    Nothing,
    Saves(Box<TokenSet>),
    Clears,
}

impl World {
    pub(super) fn with(tokens: &TokenSet) -> Self {
        Self {
            memory: MemoryStore::from(tokens.clone()),
            ..Self::default()
        }
    }

    /// An empty store, and a grant that needs no tokens.
    pub(super) fn of_a_service() -> Self {
        Self {
            needs_no_tokens: true,
            ..Self::default()
        }
    }

    pub(super) fn refresher(&self) -> TokenRefresher {
        TokenRefresher::new(self.clone(), self.clone())
    }

    pub(super) fn answer(self, tokens: TokenSet) -> Self {
        self.answers.lock().unwrap().push_back(Ok(tokens));
        self
    }

    pub(super) fn fail(self, error: RefreshError) -> Self {
        self.answers.lock().unwrap().push_back(Err(error));
        self
    }

    pub(super) fn meanwhile(self, tokens: Option<TokenSet>) -> Self {
        let tokens = tokens.map(Box::new);
        *self.meanwhile.lock().unwrap() = tokens.map_or(Meanwhile::Clears, Meanwhile::Saves);
        self
    }

    pub(super) fn held_by(self, gate: &Gate) -> Self {
        *self.gate.lock().unwrap() = Some(gate.clone());
        self
    }

    /// Whoever waits for an exchange is told after this time.
    pub(super) fn told_after(self, limit: Duration) -> Self {
        Self {
            time_limit: Some(limit),
            ..self
        }
    }

    /// Lets an operation fail from now on: `load`, `lock`, `load again`, `mark`, `save`, `clear`.
    pub(super) fn breaks(&self, operation: &'static str) {
        self.breaks_times(operation, usize::MAX);
    }

    pub(super) fn breaks_times(&self, operation: &'static str, times: usize) {
        self.broken.lock().unwrap().insert(operation, times);
    }

    pub(super) fn mends(&self, operation: &'static str) {
        self.broken.lock().unwrap().remove(operation);
    }

    pub(super) fn log(&self, line: impl Into<String>) {
        self.log.lock().unwrap().push(line.into());
    }

    /// What has happened since it was last asked.
    pub(super) fn happened(&self) -> Vec<String> {
        std::mem::take(&mut *self.log.lock().unwrap())
    }

    /// What the store holds, and whether it is marked. It waits for the lock.
    pub(super) async fn stored(&self) -> (Option<String>, bool) {
        let stored = self.memory.lock().await.unwrap().load().await.unwrap();
        let marked = stored.as_ref().is_some_and(StoredTokens::may_be_spent);
        (stored.map(|stored| name(stored.tokens())), marked)
    }

    /// Leaves the mark of a refresh that was cut off.
    pub(super) async fn marked(self) -> Self {
        let mut locked = self.memory.lock().await.unwrap();
        let stored = locked.load().await.unwrap().unwrap();
        let mark = RefreshMark::of(stored.tokens()).unwrap();
        locked.mark(mark).await.unwrap();
        drop(locked);
        self
    }

    fn does(&self, operation: &'static str, line: String) -> Result<(), StoreError> {
        self.log(line);
        if let Some(times) = self.broken.lock().unwrap().get_mut(operation)
            && *times > 0
        {
            *times -= 1;
            return Err(StoreError::failed(std::io::Error::other("disk full")));
        }
        Ok(())
    }
}

#[async_trait]
impl TokenStore for World {
    async fn load(&self) -> Result<Option<TokenSet>, StoreError> {
        self.does("load", "load".into())?;
        self.memory.load().await
    }

    async fn lock(&self) -> Result<Box<dyn LockedStore>, StoreError> {
        self.does("lock", "lock".into())?;
        let mut locked = self.memory.lock().await?;
        let meanwhile = std::mem::take(&mut *self.meanwhile.lock().unwrap());
        match meanwhile {
            Meanwhile::Saves(tokens) => locked.save(*tokens).await?,
            Meanwhile::Clears => locked.clear().await?,
            Meanwhile::Nothing => {}
        }
        Ok(Box::new(Locked {
            world: self.clone(),
            locked,
        }))
    }
}

struct Locked {
    world: World,
    locked: Box<dyn LockedStore>,
}

#[async_trait]
impl LockedStore for Locked {
    async fn load(&mut self) -> Result<Option<StoredTokens>, StoreError> {
        self.world.does("load again", "load again".into())?;
        self.locked.load().await
    }

    async fn mark(&mut self, mark: RefreshMark) -> Result<(), StoreError> {
        self.world.does("mark", "mark".into())?;
        self.locked.mark(mark).await
    }

    async fn save(&mut self, tokens: TokenSet) -> Result<(), StoreError> {
        self.world.does("save", format!("save {}", name(&tokens)))?;
        self.locked.save(tokens).await
    }

    async fn clear(&mut self) -> Result<(), StoreError> {
        self.world.does("clear", "clear".into())?;
        self.locked.clear().await
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        self.world.log("unlock");
    }
}

#[async_trait]
impl Grant for World {
    async fn exchange(&self, tokens: Option<&TokenSet>) -> Result<TokenSet, RefreshError> {
        let sent = tokens.map_or("nothing".into(), name);
        self.log(format!("exchange {sent}"));
        let gate = self.gate.lock().unwrap().clone();
        if let Some(gate) = gate {
            gate.pass().await;
        }
        let answer = self.answers.lock().unwrap().pop_front();
        answer.expect("an answer to each exchange")
    }

    fn time_limit(&self) -> Option<Duration> {
        self.time_limit
    }

    fn needs_refresh_token(&self) -> bool {
        !self.needs_no_tokens
    }

    fn spends_refresh_token(&self) -> bool {
        !self.needs_no_tokens
    }
}

/// The server takes the refresh token no more.
#[derive(Debug, thiserror::Error)]
#[error("invalid_grant")]
pub(super) struct InvalidGrant;

pub(super) fn rejected() -> RefreshError {
    RefreshError::rejected(InvalidGrant)
}

pub(super) fn failed() -> RefreshError {
    RefreshError::failed(std::io::Error::other("503"))
}
