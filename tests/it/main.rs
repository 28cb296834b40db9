//! The only integration-test binary.

mod graphql_schema;
mod graphql_world;
mod sandbox_graphql;
