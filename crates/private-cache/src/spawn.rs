//! The one place where work is begun that outlives its caller.

use tokio::runtime::Handle;

/// Runs this on the runtime that the caller is on. It tells whether there is one.
pub(crate) fn spawn(work: impl Future<Output = ()> + Send + 'static) -> bool {
    let Ok(runtime) = Handle::try_current() else {
        return false;
    };
    runtime.spawn(work);
    true
}
