//! A connection that goes with the runtime it was made in.

use facade::ErrorKind;
use stack_tests::{builder, soon};
use testkit::{FaultServer, Gate, Reply};
use tokio::runtime::Builder;

#[test]
fn a_call_whose_connection_goes_with_another_runtime_is_cut_off_and_no_fault_of_its_own() {
    let runtime = || {
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(1).enable_all().build().unwrap()
    };
    let (own, other) = (runtime(), runtime());
    let server = own.block_on(FaultServer::start()).unwrap();
    let gate = Gate::new();
    server
        .on("/first", Reply::json(200, "1"))
        .on("/held", Reply::json(200, "2").after_gate(&gate));
    let client = builder(server.url()).retry(None).build().unwrap();

    // The connection is kept, and its task runs where it was made.
    let first = other.block_on(soon(client.get("first").fetch::<u8>()));
    assert_eq!(first.unwrap(), 1);
    let held = own.spawn(client.get("held").fetch::<u8>());
    own.block_on(soon(gate.wait_for(1)));
    other.shutdown_background();

    let error = own.block_on(soon(held)).unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Reset, "{error:?}");
    assert!(error.is_transient());
    gate.open();
}
