//! What is not believed, and how it is told.

use auth_middleware::{
    AuthorizationCode, InvalidEndpoint, SignInError, TokenEndpoint, TokenEndpointErrorKind,
};
use testkit::Reply;
use tokio::net::TcpStream;

use crate::scene::{Scene, back, outcome, printed, wait};

#[tokio::test]
async fn a_user_who_says_no_is_told_apart_from_other_errors() {
    let scene = Scene::new().await;
    let denied = outcome(&scene, scene.sign_in(), &[("error", "access_denied")]).await;
    assert!(matches!(denied, Err(SignInError::Denied)), "{denied:?}");
    for (error, expected) in [
        ("invalid_scope", Some("invalid_scope")),
        ("<Hunter2>", None),
    ] {
        let parameters = [("error", error), ("error_description", "hunter2")];
        let refused = outcome(&scene, scene.sign_in(), &parameters)
            .await
            .unwrap_err();
        assert!(!printed(&refused).to_lowercase().contains("hunter2"));
        match refused {
            SignInError::Refused { code } => assert_eq!(code.as_deref(), expected),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(scene.server.request_count(), 0);
}

#[tokio::test]
async fn a_redirect_that_is_ours_and_no_good_redeems_nothing() {
    let scene = Scene::new().await;
    for parameters in [
        &[][..],
        &[("code", "")],
        &[("code", "c1"), ("code", "c2")],
        &[("code", "c1"), ("error", "access_denied")],
    ] {
        let outcome = outcome(&scene, scene.sign_in(), parameters).await;
        assert!(
            matches!(outcome, Err(SignInError::InvalidRedirect)),
            "{outcome:?}"
        );
    }
    for parameters in [
        &[("code", "c1")][..],
        &[("code", "c1"), ("iss", "https://evil.test")],
        &[("error", "access_denied"), ("iss", "https://evil.test")],
    ] {
        let sign_in = scene.sign_in().issuer("https://id.test");
        let outcome = outcome(&scene, sign_in, parameters).await;
        assert!(
            matches!(outcome, Err(SignInError::WrongIssuer)),
            "{outcome:?}"
        );
    }
    assert_eq!(scene.server.request_count(), 0);

    let sign_in = scene.sign_in().issuer("https://id.test");
    let right = [("code", "c1"), ("iss", "https://id.test")];
    assert!(outcome(&scene, sign_in, &right).await.is_ok());
}

#[tokio::test]
async fn a_stranger_at_the_port_changes_nothing() {
    let scene = Scene::new().await;
    let listener = scene.sign_in().listen().await.unwrap();
    let redirect_uri = listener.redirect_uri().clone();
    let back = back(&listener, &[("code", "c1")]);
    let silent = TcpStream::connect(("127.0.0.1", redirect_uri.port().unwrap())).await;
    let waiting = wait(listener);

    let favicon = scene.get(redirect_uri.join("/favicon.ico").unwrap()).await;
    assert_eq!(favicon.status(), 404);
    let mut forged = redirect_uri;
    forged.set_query(Some("code=evil&state=guessed"));
    assert_eq!(scene.get(forged).await.status(), 400);
    let posted = scene.browser.post(back.clone()).body("code=evil");
    assert_eq!(posted.send().await.unwrap().status(), 405);

    assert_eq!(scene.get(back).await.status(), 200);
    waiting.await.unwrap().unwrap();
    let exchanges = scene.exchanges();
    assert_eq!(exchanges.len(), 1);
    assert!(exchanges[0].contains(&("code".to_owned(), "c1".to_owned())));
    drop(silent);
}

#[tokio::test]
async fn a_browser_that_comes_back_twice_redeems_once() {
    let scene = Scene::new().await;
    let listener = scene.sign_in().listen().await.unwrap();
    let back = back(&listener, &[("code", "c1")]);
    let waiting = wait(listener);
    let first = scene.browser.get(back.clone()).send();
    let second = scene.browser.get(back.clone()).send();
    let (first, second) = tokio::join!(first, second);
    let answers = [first, second].into_iter().flatten();
    let statuses: Vec<_> = answers.map(|answer| answer.status().as_u16()).collect();
    assert!(matches!(statuses[..], [200] | [200, 200]), "{statuses:?}");
    waiting.await.unwrap().unwrap();
    assert!(scene.browser.get(back).send().await.is_err());
    assert_eq!(scene.exchanges().len(), 1);
}

#[tokio::test]
async fn a_code_that_can_not_be_redeemed_is_told_with_its_reason() {
    let scene = Scene::new().await;
    let refusal = Reply::json(
        400,
        r#"{"error":"invalid_grant","error_description":"hunter2"}"#,
    );
    scene.server.on("/token", refusal);
    let error = outcome(&scene, scene.sign_in(), &[("code", "hunter2")]).await;
    let error = error.unwrap_err();
    assert!(!printed(&error).contains("hunter2"), "{}", printed(&error));
    match error {
        SignInError::Endpoint(error) => {
            assert_eq!(error.kind(), TokenEndpointErrorKind::Refused);
            assert!(error.is_invalid_grant());
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(scene.exchanges().len(), 1);
}

#[tokio::test]
async fn a_user_is_sent_over_https_or_to_this_machine() {
    let endpoint = TokenEndpoint::builder("https://id.test/token", "my-app").build();
    let endpoint = endpoint.unwrap();
    for bad in [
        "http://id.test/authorize",
        "javascript:alert(1)",
        "/authorize",
        "",
    ] {
        let refused = AuthorizationCode::new(endpoint.clone(), bad).listen().await;
        assert!(
            matches!(refused, Err(SignInError::InvalidEndpoint(_))),
            "{bad}"
        );
    }
    let insecure = AuthorizationCode::new(endpoint, "http://id.test/authorize");
    let refused = insecure.listen().await.unwrap_err();
    assert!(matches!(
        refused,
        SignInError::InvalidEndpoint(InvalidEndpoint::Insecure)
    ));
}
