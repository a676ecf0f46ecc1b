//! Every code this crate reports, with a one-line title.

macro_rules! codes {
    ($($name:ident = $code:literal, $title:literal;)*) => {
        $(#[doc = $title] pub const $name: &str = $code;)*
        /// Code and title of everything that lowering to Kubernetes can report, in order.
        pub const CODES: &[(&str, &str)] = &[$(($code, $title)),*];
    };
}

codes! {
    NAME = "IVS6010", "a name that Kubernetes cannot take";
    LABEL = "IVS6011", "a label or annotation that Kubernetes cannot take";
    OWN_LABEL = "IVS6012", "a label that the compiler sets itself";
    QUANTITY = "IVS6020", "a quantity that Kubernetes cannot hold exactly";
    WHOLE = "IVS6021", "a number that Kubernetes wants whole";
    NO_PORT = "IVS6030", "a route to a port that is not there";
    ENV_NAME = "IVS6031", "a name that no environment variable can have";
    SECRET_KEY = "IVS6032", "a secret without a key";
    CONFIG = "IVS6033", "a config that Kubernetes cannot take";
    OTHER_NAMESPACE = "IVS6034", "a reference into another namespace";
    STUCK_ROLLOUT = "IVS6040", "a rollout that can replace no pod";
    STUCK_DRAIN = "IVS6041", "a disruption budget that lets no node be drained";
    NO_TOKEN = "IVS6044", "a role for pods without a token";
    OTHER_UNIT = "IVS6045", "a bound in another unit than its metric";
    STEP_ORDER = "IVS6046", "a step that waits for none above it";
    PRINT = "IVS6050", "an object that cannot be printed";
    NOT_AN_OBJECT = "IVS6200", "a manifest that is no object of Kubernetes";
    SCHEMA = "IVS6201", "an object that its schema refuses";
    UNJUDGED = "IVS6202", "an object, or a rule about it, that cannot be judged";
    NO_FORM = "IVS6203", "a value that an object of Kubernetes cannot hold";
    PATCH = "IVS6204", "a patch of what is not there";
    DEFINITION = "IVS6205", "a file that defines no custom resource";
}

#[cfg(test)]
mod tests {
    #[test]
    fn codes_are_in_order() {
        assert!(super::CODES.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
