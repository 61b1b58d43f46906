//! A store in a file.

use std::fs;

use private_cache::{DiskStore, OpenError, Store};

use crate::answers::{ada, answer, bob, found, key};

#[tokio::test]
async fn answers_are_there_when_the_file_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("new/cache");
    let key = key(&ada(), "a");
    let store = DiskStore::open(&folder).unwrap();
    store.put(key.clone(), answer(b"a")).await;
    drop(store);
    let store = DiskStore::open(&folder).unwrap();
    assert_eq!(found(&store, &key).await.unwrap(), "a");
    store.forget(&ada()).await;
    drop(store);
    let store = DiskStore::open(&folder).unwrap();
    assert_eq!(found(&store, &key).await, None);
}

#[tokio::test]
async fn a_store_that_still_deletes_when_it_is_dropped_is_no_longer_open_a_moment_later() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..3 {
        let store = DiskStore::open(folder.path()).unwrap();
        for number in 0..200 {
            store
                .put(key(&ada(), &number.to_string()), answer(b"a"))
                .await;
        }
        store.clear().await;
    }
}

#[cfg(unix)]
#[test]
fn the_folder_is_the_users_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().join("cache");
    drop(DiskStore::open(&folder).unwrap());
    let mode = fs::metadata(&folder).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn one_store_at_a_time_has_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let _store = DiskStore::open(folder.path()).unwrap();
    let error = DiskStore::open(folder.path()).unwrap_err();
    assert!(matches!(error, OpenError::InUse(_)), "{error:?}");
    assert_eq!(error.to_string(), "the cache's file is in use");
}

#[test]
fn a_folder_that_can_not_be_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "a").unwrap();
    let error = DiskStore::open(file.join("cache")).unwrap_err();
    assert!(matches!(error, OpenError::Failed(_)), "{error:?}");
    assert_eq!(fs::read(&file).unwrap(), b"a");
}

#[tokio::test]
async fn a_file_that_is_no_store_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("answers.redb");
    let key = key(&ada(), "a");
    for garbage in [&b"x"[..], b"redb", &[0; 10_000], &[0xa5; 10_000]] {
        fs::write(&file, garbage).unwrap();
        let store = DiskStore::open(folder.path()).unwrap();
        assert_eq!(found(&store, &key).await, None);
        store.put(key.clone(), answer(b"a")).await;
        assert_eq!(found(&store, &key).await.unwrap(), "a");
    }
}

#[tokio::test]
async fn a_file_that_was_cut_serves_what_is_whole_or_misses() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("answers.redb");
    let store = DiskStore::open(folder.path()).unwrap();
    let keys: Vec<_> = [ada(), bob()]
        .iter()
        .flat_map(|scope| (0..20).map(|n| key(scope, &n.to_string())))
        .collect();
    for key in &keys {
        let body = key.resource().repeat(100);
        store.put(key.clone(), answer(body.as_bytes())).await;
    }
    drop(store);
    let whole = fs::read(&file).unwrap();
    for tenths in 1..10 {
        fs::write(&file, &whole[..whole.len() * tenths / 10]).unwrap();
        let store = DiskStore::open(folder.path()).unwrap();
        for key in &keys {
            let body = found(&store, key).await;
            let good = key.resource().repeat(100);
            assert!(body.is_none_or(|body| body == good), "{tenths}");
        }
    }
}
