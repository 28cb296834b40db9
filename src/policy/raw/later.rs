//! Keys that a later version brings. They are faults of their own, so that nobody believes they are in force.

/// The owner, as its mirror is named, and its keys.
const LATER: &[(&str, &[&str])] = &[
    ("a policy", &["extends", "release", "pull-request", "audit", "notify"]),
    ("`branches`", &["model"]),
    ("an environment", &["rollout", "emergency"]),
    ("`gates`", &["ticket", "smoke", "rollout", "rollback-tested", "quality", "migrations", "artifacts", "drift", "capacity"]),
];

/// True for a key that a later version brings.
pub(in crate::policy) fn is_later(owner: &str, key: &str) -> bool {
    LATER.iter().any(|(name, keys)| *name == owner && keys.contains(&key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gates::GATES;
    use crate::policy::fault::Sink;
    use crate::policy::{raw, tree};

    /// The faults of a policy's text, by code, without any checks beyond reading.
    fn codes(text: &str) -> Vec<&'static str> {
        let sink = Sink::default();
        let root = tree::parse(text, &sink).expect("YAML");
        raw::read(&root, &sink);
        sink.into_faults(text).map_or_else(Vec::new, |faults| faults.list().iter().map(|fault| fault.code.as_str()).collect())
    }

    #[test]
    fn every_later_key_says_so_and_none_is_known_already() {
        let later = |text: String| assert_eq!(codes(&text), ["SG-POLICY-LATER"], "{text}");
        for (owner, keys) in LATER {
            for key in *keys {
                later(match *owner {
                    "a policy" => format!("{key}: {{}}"),
                    "`branches`" => format!("branches: {{{key}: {{}}}}"),
                    "an environment" => format!("environments: {{a: {{{key}: {{}}}}}}"),
                    "`gates`" => format!("environments: {{a: {{gates: {{{key}: {{}}}}}}}}"),
                    other => panic!("no text for {other}"),
                });
            }
        }
    }

    #[test]
    fn every_gate_but_inputs_has_a_key_of_its_own_name() {
        let text = "environments: {a: {gates: {nonsense: 1}}}";
        let sink = Sink::default();
        raw::read(&tree::parse(text, &sink).expect("YAML"), &sink);
        let faults = sink.into_faults(text).expect("an unknown key");
        let help = faults.list()[0].help.as_deref().expect("the keys are listed");
        let keys: Vec<&str> = help.strip_prefix("its keys are ").expect("so it begins").split(", ").collect();
        let gates: Vec<&str> = GATES.iter().map(|gate| gate.name).filter(|name| *name != "inputs").collect();
        assert_eq!(keys, gates);
        assert_eq!(raw::GATE_KEYS.to_vec(), GATES.iter().map(|gate| gate.name).collect::<Vec<_>>());
    }
}
