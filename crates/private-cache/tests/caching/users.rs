//! Two users, one client, every order of login, logout, refresh and request: no answer for one reaches the other.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use http::{Extensions, HeaderValue};
use private_cache::{Cache, CacheStatus, Key, MemoryStore, Principal, Scope, Store, Variants};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use request_context::Call;
use reqwest::{Request, Response};
use reqwest_middleware::{ClientWithMiddleware, Middleware, Next, Result};
use testkit::{Reply, ScriptedTransport};

use crate::scene::{cache, pass};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum User {
    Ada,
    Bob,
}

/// What may happen, one after the other.
#[derive(Clone, Copy, Debug)]
enum Step {
    Login(User),
    Logout,
    /// A new token for the same user.
    Refresh,
    Request(Path),
    /// A request, with a login between the rim and the sending.
    Overtaken(Path, User),
    /// A request, with a logout between the rim and the sending.
    LoggedOut(Path),
    /// Enough to make all that is stored stale.
    Wait,
}

#[derive(Clone, Copy, Debug)]
enum Path {
    /// Fresh for a while, and confirmed after it.
    Profile,
    /// Always asked about.
    Inbox,
    /// One tag for all users, as sloppy servers have it.
    Sloppy,
}

/// Who is signed in after it.
#[derive(Clone, Copy, Debug)]
struct Change(Option<User>);

/// The session of the one client.
#[derive(Clone, Default)]
struct Session(Arc<Mutex<SessionState>>);

#[derive(Default)]
struct SessionState {
    user: Option<User>,
    token: u32,
    /// Happens once, between the rim and the sending.
    meanwhile: Option<Change>,
}

impl Session {
    fn set(&self, user: Option<User>) {
        let mut state = self.0.lock().unwrap();
        state.user = user;
        state.token += 1;
    }

    fn user(&self) -> Option<User> {
        self.0.lock().unwrap().user
    }
}

fn principal(user: User) -> Principal {
    Principal::new(match user {
        User::Ada => "ada",
        User::Bob => "bob",
    })
}

/// Above the cache: says for whom a call is made.
struct Rim(Session);

#[async_trait]
impl Middleware for Rim {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        Call::of(extensions).set_principal(self.0.user().map(principal));
        next.run(request, extensions).await
    }
}

/// Below the cache: puts the token on, of whoever is signed in by now.
struct Auth(Session);

#[async_trait]
impl Middleware for Auth {
    async fn handle(
        &self,
        mut request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        let meanwhile = self.0.0.lock().unwrap().meanwhile.take();
        if let Some(Change(user)) = meanwhile {
            self.0.set(user);
        }
        let (user, token) = {
            let state = self.0.0.lock().unwrap();
            (state.user, state.token)
        };
        if let Some(user) = user {
            let token = HeaderValue::try_from(format!("{user:?} {token}")).unwrap();
            request.headers_mut().insert("authorization", token);
            Call::of(extensions).set_sent_principal(Some(principal(user)));
        }
        next.run(request, extensions).await
    }
}

/// A server whose answers say whose they are.
fn server() -> ScriptedTransport {
    ScriptedTransport::new().respond_with(|sent| {
        let token = sent.header("authorization").unwrap_or("nobody").to_owned();
        let whose = token.split(' ').next().unwrap_or_default().to_owned();
        let (lifetime, tag) = match sent.path() {
            "/profile" => ("max-age=60", format!("\"{whose}\"")),
            "/inbox" => ("no-cache", format!("\"{whose}\"")),
            _ => ("max-age=60, stale-if-error=60", "\"1\"".to_owned()),
        };
        let known = sent.header("if-none-match") == Some(tag.as_str());
        let reply = Reply::status(if known { 304 } else { 200 });
        let reply = reply.header("cache-control", lifetime).header("etag", tag);
        if known { reply } else { reply.body(whose) }
    })
}

struct Scene {
    cache: Cache,
    client: ClientWithMiddleware,
    session: Session,
}

impl Scene {
    fn new(cache: Cache) -> Self {
        let session = Session::default();
        let client = server().client_with(|chain| {
            chain
                .with(Rim(session.clone()))
                .with(cache.clone())
                .with(Auth(session.clone()))
        });
        Self {
            cache,
            client,
            session,
        }
    }

    /// Takes a step. It tells what is wrong with the answer.
    async fn take(&self, step: Step) -> std::result::Result<(), String> {
        match step {
            Step::Login(user) => self.session.set(Some(user)),
            Step::Logout => {
                let user = self.session.user();
                self.session.set(None);
                if let Some(user) = user {
                    self.cache.forget(&principal(user)).await;
                }
            }
            Step::Refresh => self.session.set(self.session.user()),
            Step::Wait => pass(61).await,
            Step::Request(path) => return self.request(path, None).await,
            Step::Overtaken(path, user) => {
                return self.request(path, Some(Change(Some(user)))).await;
            }
            Step::LoggedOut(path) => return self.request(path, Some(Change(None))).await,
        }
        Ok(())
    }

    async fn request(
        &self,
        path: Path,
        meanwhile: Option<Change>,
    ) -> std::result::Result<(), String> {
        let path = match path {
            Path::Profile => "profile",
            Path::Inbox => "inbox",
            Path::Sloppy => "sloppy",
        };
        let asked = self.session.user();
        self.session.0.lock().unwrap().meanwhile = meanwhile;
        let response = self
            .client
            .get(format!("https://a.test/{path}"))
            .send()
            .await
            .unwrap();
        let from = CacheStatus::of(&response);
        let got = response.text().await.unwrap();
        let was_sent = self.session.0.lock().unwrap().meanwhile.take().is_none();
        // What was stored is theirs who asked. What was sent for is theirs who were signed in by then.
        let whose = if from == CacheStatus::Hit {
            asked
        } else {
            self.session.user()
        };
        let expected = whose.map_or("nobody".to_owned(), |user| format!("{user:?}"));
        if got == expected {
            return Ok(());
        }
        Err(format!(
            "{path}: {expected} got what is {got}'s, {from:?}, sent: {was_sent}"
        ))
    }
}

fn user() -> impl Strategy<Value = User> {
    prop_oneof![Just(User::Ada), Just(User::Bob)]
}

fn path() -> impl Strategy<Value = Path> {
    prop_oneof![Just(Path::Profile), Just(Path::Inbox), Just(Path::Sloppy)]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        2 => user().prop_map(Step::Login),
        1 => Just(Step::Logout),
        1 => Just(Step::Refresh),
        4 => path().prop_map(Step::Request),
        2 => (path(), user()).prop_map(|(path, user)| Step::Overtaken(path, user)),
        1 => path().prop_map(Step::LoggedOut),
        1 => Just(Step::Wait),
    ];
    prop::collection::vec(step, 1..25)
}

/// Looks for an order of steps in which somebody gets what isn't theirs.
fn search(make: impl Fn() -> Cache) -> std::result::Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let config = ProptestConfig {
        cases: 500,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let outcome = TestRunner::new(config).run(&steps(), |steps| {
        runtime.block_on(async {
            let scene = Scene::new(make());
            for step in &steps {
                scene.take(*step).await.map_err(TestCaseError::fail)?;
            }
            Ok(())
        })
    });
    outcome.map_err(|error| error.to_string())
}

#[test]
fn no_order_of_login_logout_refresh_and_request_gives_one_users_answer_to_another() {
    assert_eq!(search(cache), Ok(()));
}

/// A store that takes the principal out of the key.
struct Mixing(MemoryStore);

impl Mixing {
    fn mixed(key: &Key) -> Key {
        Key::named(Scope::Anonymous, key.resource())
    }
}

#[async_trait]
impl Store for Mixing {
    async fn get(&self, key: &Key) -> Option<Arc<Variants>> {
        self.0.get(&Self::mixed(key)).await
    }

    async fn put(&self, key: Key, variants: Arc<Variants>) {
        self.0.put(Self::mixed(&key), variants).await;
    }

    async fn remove(&self, key: &Key) {
        self.0.remove(&Self::mixed(key)).await;
    }

    async fn forget(&self, _: &Scope) {
        self.0.clear().await;
    }

    async fn clear(&self) {
        self.0.clear().await;
    }
}

#[test]
fn with_the_principal_taken_out_of_the_key_the_same_search_finds_users_mixed_up() {
    let found = search(|| Cache::new(Mixing(MemoryStore::new())).clock(testkit::clock()));
    assert!(found.unwrap_err().contains("got what is"));
}
