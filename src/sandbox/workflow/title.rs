//! `run-name`: a text in which some expressions are filled in.
//!
//! Only plain names are: whatever else stands between `${{` and `}}` is left as it is, so that nothing is answered that GitHub would not.

use serde_json::Value;

use super::inputs::text;

/// What a run's name may speak of.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// `github.event_name`.
    pub event: &'a str,
    /// `github.actor`.
    pub actor: &'a str,
    /// `github.ref_name`.
    pub ref_name: &'a str,
    /// `inputs`, an object.
    pub inputs: &'a Value,
    /// `github.event.client_payload`, an object; `null` where there is none.
    pub client_payload: &'a Value,
}

/// The text with its expressions filled in.
pub(super) fn fill(text: &str, given: &Given<'_>) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${{") {
        let Some((expression, behind)) = after.split_once("}}") else { break };
        filled.push_str(before);
        match value(expression.trim(), given) {
            Some(value) => filled.push_str(&value),
            None => filled.extend(["${{", expression, "}}"]),
        }
        rest = behind;
    }
    filled + rest
}

fn value(expression: &str, given: &Given<'_>) -> Option<String> {
    let named = |root: &Value, path: &str| {
        let found = path.split('.').try_fold(root, |value, key| value.get(key));
        // What is not there is empty, as in any expression of GitHub's.
        let plain = path.split('.').all(|key| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')));
        plain.then(|| found.filter(|value| !value.is_null()).map(text).unwrap_or_default())
    };
    match expression {
        "github.event_name" => Some(given.event.to_owned()),
        "github.actor" => Some(given.actor.to_owned()),
        "github.ref_name" => Some(given.ref_name.to_owned()),
        _ => {
            let inputs = expression.strip_prefix("inputs.").or_else(|| expression.strip_prefix("github.event.inputs."));
            let payload = expression.strip_prefix("github.event.client_payload.");
            inputs.and_then(|path| named(given.inputs, path)).or_else(|| payload.and_then(|path| named(given.client_payload, path)))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn d2_a_runs_name_is_filled_in() {
        let (inputs, payload) = (json!({ "shipgate": "o/r/1/ab", "dry-run": true }), json!({ "who": { "name": "x" } }));
        let given = Given { event: "workflow_dispatch", actor: "octocat", ref_name: "main", inputs: &inputs, client_payload: &payload };
        let filled = |text: &str| fill(text, &given);
        assert_eq!(filled("Deploy ${{ inputs.shipgate }}"), "Deploy o/r/1/ab");
        assert_eq!(filled("${{inputs.dry-run}} by ${{ github.actor }} on ${{ github.ref_name }}"), "true by octocat on main");
        assert_eq!(filled("${{ github.event.client_payload.who.name }}/${{ github.event.client_payload.none }}"), "x/");
        assert_eq!(filled("${{ github.event.inputs.shipgate }} ${{ github.event_name }}"), "o/r/1/ab workflow_dispatch");
        assert_eq!(filled("${{ format('{0}', 1) }} ${{ open"), "${{ format('{0}', 1) }} ${{ open");
    }
}
