//! `budget` → what an account may cost, and who is told.
use crate::expr::{Expr, decimal, list, object, path, template};
use crate::region::Provider;
use crate::{Block, Emit, codes, fit};
use ivs_plan::{Context, Lowered, Subject, read};
use ivs_value::{Number, Value};

/// Seconds of the month that prices mean: 730 hours.
const MONTH: i64 = 730 * 3600;

/// What all three providers are told.
struct Budget {
    /// For a month.
    amount: Number,
    /// As a decimal.
    text: String,
    /// ISO code.
    currency: String,
    /// Percents that are spent.
    spent: Vec<Number>,
    /// Percents that are expected.
    expected: Option<Number>,
    notify: Vec<String>,
}

/// The lowering.
pub fn lower(subject: &Subject, context: &dyn Context) -> Lowered {
    Emit::run(subject, context, |emit| {
        let Some(account) = emit.referred("account") else { return };
        let Some(provider) = read::member(&account, "provider").and_then(|m| Provider::of(&m.name)) else {
            return;
        };
        emit.settings(provider, None);
        let Some(budget) = budget(emit) else { return };
        match provider {
            Provider::Aws => aws(emit, budget),
            Provider::Gcp => gcp(emit, budget, read::text(&account, "billing").unwrap_or_default()),
            Provider::Azure => azure(emit, budget),
        }
    })
}

fn percent(value: &Value) -> Option<Number> {
    match value {
        Value::Percent(p) => p.mul(&Number::int(100)),
        _ => None,
    }
}

fn budget(emit: &mut Emit<'_>) -> Option<Budget> {
    let value = read::field(emit.object, "amount");
    let Value::Quantity(q) = value else { return None };
    let amount = q.base.mul(&Number::int(MONTH))?;
    let currency = q.unit.currency()?.to_string();
    let Ok(text) = ivs_value::interpolate(&Value::Number(amount.clone())) else {
        let message = format!("{} has no finite decimal form for a month", ivs_value::display(value));
        emit.find(codes::NO_FORM, message, &["amount"], Some("say it per month: `$1500/month`".into()));
        return None;
    };
    Some(Budget {
        amount,
        text,
        currency,
        spent: read::list(emit.object, "alerts").iter().filter_map(percent).collect(),
        expected: percent(read::field(emit.object, "forecast")),
        notify: read::texts(emit.object, "notify").unwrap_or_default(),
    })
}

impl Budget {
    /// Every alert: its percents, and whether they are expected rather than spent.
    fn alerts(&self) -> impl Iterator<Item = (&Number, bool)> {
        self.spent.iter().map(|p| (p, false)).chain(self.expected.iter().map(|p| (p, true)))
    }
}

/// A number that was checked to be a decimal.
fn plain(n: &Number) -> Expr {
    decimal(n).unwrap_or(Expr::Null)
}

fn aws(emit: &mut Emit<'_>, budget: Budget) {
    let n = emit.name.clone();
    let alerts = budget.alerts().map(|(percent, expected)| {
        Block::new("notification")
            .with("comparison_operator", "GREATER_THAN")
            .with("threshold", plain(percent))
            .with("threshold_type", "PERCENTAGE")
            .with("notification_type", if expected { "FORECASTED" } else { "ACTUAL" })
            .with("subscriber_email_addresses", list(budget.notify.clone()))
    });
    let block = Block::resource("aws_budgets_budget", &n)
        .with("name", emit.slug)
        .with("budget_type", "COST")
        .with("limit_amount", budget.text.as_str())
        .with("limit_unit", budget.currency.as_str())
        .with("time_unit", "MONTHLY")
        .blocks(alerts);
    emit.push(block);
}

fn gcp(emit: &mut Emit<'_>, budget: Budget, billing: &str) {
    let n = emit.name.clone();
    let units = budget.amount.floor();
    let nanos = budget
        .amount
        .sub(&units)
        .and_then(|rest| rest.mul(&Number::int(1_000_000_000)))
        .and_then(|rest| rest.to_i64());
    let (Some(units), Some(nanos)) = (units.to_i64(), nanos) else {
        let message = format!(
            "{} {} is finer than a billionth, which Google cannot hold",
            budget.text, budget.currency
        );
        return emit.find(codes::NO_FORM, message, &["amount"], None);
    };
    let mut channels = Vec::new();
    for (i, mail) in budget.notify.iter().enumerate() {
        let address = emit.push(
            Block::resource("google_monitoring_notification_channel", &format!("{n}_{i}"))
                .with("display_name", format!("{} {mail}", emit.slug))
                .with("type", "email")
                .with("labels", object([("email_address", mail.as_str())])),
        );
        channels.push(path(&format!("{address}.id")));
    }
    let alerts: Vec<Block> = budget
        .alerts()
        .map(|(percent, expected)| {
            let part = percent.div(&Number::int(100)).unwrap_or(Number::int(1));
            Block::new("threshold_rules")
                .with("threshold_percent", plain(&part))
                .with("spend_basis", if expected { "FORECASTED_SPEND" } else { "CURRENT_SPEND" })
        })
        .collect();
    let block = Block::resource("google_billing_budget", &n)
        .with("billing_account", billing)
        .with("display_name", emit.slug)
        .block(
            Block::new("budget_filter")
                .with("projects", list([template(["projects/".into(), path("var.project").into()])]))
                .with("calendar_period", "MONTH"),
        )
        .block(
            Block::new("amount").block(
                Block::new("specified_amount")
                    .with("currency_code", budget.currency.as_str())
                    .with("units", units.to_string())
                    .with_some("nanos", (nanos != 0).then_some(nanos)),
            ),
        )
        .blocks(alerts)
        .block(
            Block::new("all_updates_rule")
                .with("monitoring_notification_channels", list(channels))
                .with("disable_default_iam_recipients", false),
        );
    emit.push(block);
}

fn azure(emit: &mut Emit<'_>, budget: Budget) {
    let n = emit.name.clone();
    let Value::Date(year, month, 1) = *read::field(emit.object, "from") else {
        let message = "a budget on Azure begins with the first of a month".to_owned();
        return emit.find(codes::NO_FORM, message, &["from"], None);
    };
    if let Some(percent) = budget.alerts().map(|(p, _)| p).find(|p| !p.is_integer()) {
        let message = "Azure tells about whole percents".to_owned();
        let shown = ivs_value::display(&Value::Number(percent.clone()));
        return emit.find(codes::NO_FORM, message, &["alerts"], Some(format!("round {shown}")));
    }
    let alerts = budget.alerts().map(|(percent, expected)| {
        Block::new("notification")
            .with("operator", "GreaterThan")
            .with("threshold", plain(percent))
            .with("threshold_type", if expected { "Forecasted" } else { "Actual" })
            .with("contact_emails", list(budget.notify.clone()))
    });
    let block = Block::resource("azurerm_consumption_budget_subscription", &n)
        .with("name", fit(emit.slug, 63))
        .with("subscription_id", template(["/subscriptions/".into(), path("var.subscription_id").into()]))
        .with("amount", plain(&budget.amount))
        .with("time_grain", "Monthly")
        .block(Block::new("time_period").with("start_date", format!("{year:04}-{month:02}-01T00:00:00Z")))
        .blocks(alerts);
    emit.push(block);
}
