//! Any text is a policy file: it is a policy or a list of faults, and never panics.

#![no_main]

use libfuzzer_sys::fuzz_target;
use shipgate::domain::ObjectId;

fuzz_target!(|text: &str| {
    let id = ObjectId::new("0123456789abcdef0123456789abcdef01234567").expect("an object id");
    drop(shipgate::policy::load(text, id));
});
