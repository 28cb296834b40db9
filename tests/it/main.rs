//! The only integration-test binary.

mod graphql_schema;
mod sandbox_graphql;
