//! The rate limit and the user behind a token.

use serde_json::json;

use crate::sandbox::http::{Call, Handled, Needs, Refusal, Reply, Route, Standing};
use crate::sandbox::state::{AccountKind, Older};

pub static ROUTES: &[Route] = &[
    Route { method: "GET", pattern: "/rate_limit", needs: Needs::Token, handler: rate_limit },
    Route { method: "GET", pattern: "/meta", needs: Needs::Token, handler: meta },
    Route { method: "GET", pattern: "/user", needs: Needs::Token, handler: user },
];

fn rate_limit(call: &mut Call<'_>) -> Handled {
    let draw =
        |standing: &Standing| json!({ "limit": standing.limit, "used": standing.used, "remaining": standing.remaining(), "reset": standing.reset.as_second() });
    let [(_, core), (_, graphql)] = &call.standings;
    // Searches are not served, so nothing of their limit is ever used.
    let search = json!({ "limit": 30, "used": 0, "remaining": 30, "reset": core.reset.as_second() });
    Ok(Reply::ok(json!({ "resources": { "core": draw(core), "graphql": draw(graphql), "search": search }, "rate": draw(core) })))
}

/// A server of one's own says its version here.
fn meta(call: &mut Call<'_>) -> Handled {
    let mut drawn = json!({ "verifiable_password_authentication": false });
    if let Some(Older { version, .. }) = call.state.product.older() {
        drawn["installed_version"] = json!(version);
    }
    Ok(Reply::ok(drawn))
}

fn user(call: &mut Call<'_>) -> Handled {
    let account = call.state.account(call.viewer.account).ok_or_else(|| Refusal::new(401, "Bad credentials"))?;
    // An app's token acts for nobody: GitHub tells it nothing here.
    if account.kind != AccountKind::User {
        return Err(Refusal { errors: None, ..Refusal::new(403, "Resource not accessible by integration") });
    }
    let mut drawn = call.wire().public_user(account);
    drawn["email"] = json!(account.emails.first());
    Ok(Reply::ok(drawn))
}
