//! Tokens that somebody else renews.

use auth_middleware::TokenRefresher;
use token_store::TokenSet;

use super::scripted::World;
use super::{good, name, over, reason, refresh};

#[tokio::test]
async fn what_is_saved_elsewhere_is_taken() {
    let world = World::with(&good(2));
    let refresher = TokenRefresher::bearer_only(world.clone());
    for stale in [None, Some(over(1))] {
        let taken = refresh(&refresher, stale.as_ref()).await.unwrap();
        assert_eq!(name(taken.tokens()), "a2 r2");
        assert_eq!(world.happened(), ["load"]);
    }
}

#[tokio::test]
async fn tokens_that_somebody_can_renew_fail_until_somebody_has() {
    let world = World::with(&over(1));
    let refresher = TokenRefresher::bearer_only(world.clone());
    let error = refresh(&refresher, None).await.unwrap_err();
    assert!(!error.is_rejected());
    assert_eq!(
        reason(&error),
        "the tokens are renewed elsewhere, and have not been yet"
    );
    assert_eq!(world.happened(), ["load"]);
}

#[tokio::test]
async fn tokens_that_nobody_can_renew_end() {
    let world = World::with(&TokenSet::new("a1"));
    let refresher = TokenRefresher::bearer_only(world.clone());
    let error = refresh(&refresher, Some(&TokenSet::new("a1"))).await;
    let error = error.unwrap_err();
    assert!(error.is_rejected());
    assert_eq!(reason(&error), "there is no refresh token");
    assert_eq!(world.stored().await, (Some("a1 -".into()), false));
}

#[tokio::test]
async fn where_nobody_is_signed_in_it_is_over() {
    let refresher = TokenRefresher::bearer_only(World::default());
    let error = refresh(&refresher, Some(&good(1))).await.unwrap_err();
    assert!(error.is_rejected());
    assert_eq!(reason(&error), "nobody is signed in");
}
