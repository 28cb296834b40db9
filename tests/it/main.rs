//! The only integration-test binary.

// mod gates;
