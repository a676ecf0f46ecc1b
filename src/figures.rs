//! Figures as one HTML page with charts that needs nothing else: no server, no network, no script.

use crate::command::report::{said, wanted};
use ivs_driver::{Figure, Figures, Growth, Kpi, Rests, Told, Verdict};
use minijinja::{AutoEscape, Environment, Error, Value, context};

/// The longest bar, in units of the drawing.
const WIDTH: f64 = 480.0;
/// From one bar to the next.
const STEP: usize = 28;

/// The page. The message is the template engine's, should one of the templates be wrong.
pub fn html(figures: &Figures, rests: &[Rests], title: &str) -> Result<String, String> {
    page(figures, rests, title).map_err(|e| e.to_string())
}

fn page(figures: &Figures, rests: &[Rests], title: &str) -> Result<String, Error> {
    let mut env = Environment::new();
    env.set_auto_escape_callback(|_| AutoEscape::Html);
    env.add_template("page", include_str!("figures/page.html"))?;
    env.add_template("chart", include_str!("figures/chart.svg"))?;
    let kpis: Vec<Value> = figures.kpis.iter().map(|k| kpi(&env, k)).collect::<Result<_, _>>()?;
    let growth: Vec<Value> = figures.growth.iter().map(|g| growing(&env, g)).collect::<Result<_, _>>()?;
    let told: Vec<Value> = figures.told.chunk_by(|a, b| a.figure == b.figure).map(telling).collect();
    let rests: Vec<Value> = rests.iter().map(resting).collect();
    env.get_template("page")?.render(context! { title, kpis, growth, told, rests })
}

/// One figure of all declarations that have it.
fn telling(of: &[Told]) -> Value {
    let rows: Vec<Value> =
        of.iter().map(|t| context! { of => t.of.as_str(), value => t.value.as_str() }).collect();
    context! { name => of.first().map_or("", |t| t.figure.as_str()), rows }
}

/// What the verdicts of one rule rest on.
fn resting(rule: &Rests) -> Value {
    let input = |i: &ivs_driver::Input| {
        context! { path => i.path.as_str(), said => i.said.as_str(), file => i.file.as_str(), line => i.line }
    };
    let inputs: Vec<Value> = rule.inputs.iter().map(input).collect();
    context! { check => rule.check.as_str(), holding => rule.holding, inputs }
}

fn kpi(env: &Environment<'_>, k: &Kpi) -> Result<Value, Error> {
    let goals: Vec<Value> = k
        .goals
        .iter()
        .map(|g| {
            let state = match g.verdict {
                Verdict::Met => "met",
                Verdict::Missed | Verdict::Incomparable => "missed",
                Verdict::Open | Verdict::Unknown => "open",
            };
            context! { name => g.name.clone(), wanted => wanted(g), said => said(g.verdict), state }
        })
        .collect();
    let parts: Vec<(&str, Option<&Figure>)> = k.parts.iter().map(|(n, f)| (n.as_str(), Some(f))).collect();
    Ok(context! {
        name => k.name.clone(), title => k.title.clone(), value => k.value.as_ref().map(|v| v.text.clone()),
        goals, chart => chart(env, &k.name, &parts)?,
    })
}

fn growing(env: &Environment<'_>, g: &Growth) -> Result<Value, Error> {
    let mut charts: Vec<Value> = Vec::new();
    for (name, row) in &g.series {
        let bars: Vec<(&str, Option<&Figure>)> =
            g.points.iter().map(String::as_str).zip(row.iter().map(Option::as_ref)).collect();
        if let Some(chart) = chart(env, name, &bars)? {
            charts.push(context! { name => name.clone(), chart });
        }
    }
    let cell = |f: Option<&Figure>| f.map_or("–".to_owned(), |f| f.text.clone());
    let row = |(i, point): (usize, &String)| {
        let cells: Vec<String> =
            g.series.iter().map(|(_, row)| cell(row.get(i).and_then(Option::as_ref))).collect();
        context! { name => point.clone(), cells }
    };
    let rows: Vec<Value> = g.points.iter().enumerate().map(row).collect();
    let heads: Vec<String> = g.series.iter().map(|(n, _)| n.clone()).collect();
    Ok(context! { name => g.name.clone(), title => g.title.clone(), charts, heads, rows })
}

/// Bars to one scale, from zero; `None` where there is nothing to compare.
fn chart(
    env: &Environment<'_>,
    name: &str,
    bars: &[(&str, Option<&Figure>)],
) -> Result<Option<Value>, Error> {
    let most = bars.iter().filter_map(|b| b.1).map(|f| f.size.abs()).fold(0.0, f64::max);
    if bars.len() < 2 || !most.is_finite() || most == 0.0 {
        return Ok(None);
    }
    let bar = |(i, (name, figure)): (usize, &(&str, Option<&Figure>))| {
        let width = figure.map_or(0.0, |f| f.size.abs() / most * WIDTH);
        context! {
            name => *name, text => figure.map_or("–", |f| f.text.as_str()),
            top => i * STEP + 4, foot => i * STEP + 18, width => format!("{width:.1}"), after => format!("{:.1}", width + 206.0),
        }
    };
    let drawn: Vec<Value> = bars.iter().enumerate().map(bar).collect();
    let svg =
        env.get_template("chart")?.render(context! { name, bars => drawn, height => bars.len() * STEP })?;
    Ok(Some(Value::from_safe_string(svg)))
}
