//! The ways to break a promise, and what should be said about each.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Breakage {
    None,
    FirstLoadInvents,
    MarkFailsWhenEmpty,
    ForgetsRefreshToken,
    ForgetsTokenType,
    ForgetsScope,
    ForgetsExpiry,
    ForgetsMembers,
    ForgetsSession,
    ForgetsUnnamedSession,
    SavesNothing,
    KeepsFormerRefreshToken,
    KeepsFormerSession,
    SharesNothing,
    ClearsNothing,
    ForgetsMark,
    MarkClears,
    MarkOutlivesSave,
    LocksForAll,
    FailsInsteadOfBusy,
    WaitsForEver,
    KeepsLockForEver,
    LeavesLockWithDroppedFuture,
    LoadTakesLock,
    SavesByHalf,
    SavesWhenItLikes,
    TakesEmptyAccessToken,
    ClearsForEmptyAccessToken,
}

/// Each breakage, and what the suite should say about it.
pub(crate) const KINDS: [(Breakage, &str); 27] = [
    (
        Breakage::FirstLoadInvents,
        "a load of an empty store brings nothing",
    ),
    (
        Breakage::MarkFailsWhenEmpty,
        "a mark in an empty store succeeds",
    ),
    (
        Breakage::ForgetsRefreshToken,
        "loads the refresh token as it was saved",
    ),
    (
        Breakage::ForgetsTokenType,
        "loads the token type as it was saved",
    ),
    (Breakage::ForgetsScope, "loads the scope as it was saved"),
    (Breakage::ForgetsExpiry, "loads the expiry as it was saved"),
    (
        Breakage::ForgetsMembers,
        "loads the members that nobody knows",
    ),
    (
        Breakage::ForgetsSession,
        "loads the session as it was saved",
    ),
    (
        Breakage::ForgetsUnnamedSession,
        "loads the session as it was saved",
    ),
    (
        Breakage::SavesNothing,
        "the handle that saved loads what was saved",
    ),
    (
        Breakage::KeepsFormerRefreshToken,
        "a save keeps nothing of the former tokens",
    ),
    (
        Breakage::KeepsFormerSession,
        "loads its session, and not the former one",
    ),
    (
        Breakage::SharesNothing,
        "the other handle loads what was saved",
    ),
    (Breakage::ClearsNothing, "loads nothing after a clear"),
    (
        Breakage::ForgetsMark,
        "the next holder of the lock sees the mark",
    ),
    (Breakage::MarkClears, "a mark leaves the tokens as they are"),
    (Breakage::MarkOutlivesSave, "a save removes the mark"),
    (
        Breakage::LocksForAll,
        "the lock is given to one holder at a time",
    ),
    (
        Breakage::FailsInsteadOfBusy,
        "a lock that another holds is `Busy`",
    ),
    (
        Breakage::WaitsForEver,
        "waiting for a lock that another holds comes to an end",
    ),
    (
        Breakage::KeepsLockForEver,
        "taking a lock that is free succeeds",
    ),
    (
        Breakage::LeavesLockWithDroppedFuture,
        "a dropped future of a free lock leaves no lock",
    ),
    (Breakage::LoadTakesLock, "a load does not wait for the lock"),
    (
        Breakage::SavesByHalf,
        "a dropped save happens or doesn't, never by half",
    ),
    (
        Breakage::SavesWhenItLikes,
        "a clear is not undone by a save that was dropped",
    ),
    (
        Breakage::TakesEmptyAccessToken,
        "an empty access token is refused",
    ),
    (
        Breakage::ClearsForEmptyAccessToken,
        "an empty access token leaves the former ones",
    ),
];
