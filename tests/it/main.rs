//! The only integration-test binary.

mod policy;
