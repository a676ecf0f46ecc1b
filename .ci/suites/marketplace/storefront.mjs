// The storefront in a real browser: rules of accessibility (WCAG 2.2 A and AA) in light and dark, wide and narrow and on paper; what
// can be done by keyboard; that nothing is loaded from elsewhere. Screenshots are left beside this script.
import { chromium } from 'playwright-core';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

const file = process.argv[2];
const axe = readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
const faults = [];
const browser = await chromium.launch({ executablePath: process.env.BROWSER, args: ['--no-sandbox'] });

for (const [scheme, width, media] of [['light', 1280, 'screen'], ['dark', 1280, 'screen'], ['light', 360, 'screen'], ['light', 800, 'print']]) {
  // The page's own policy forbids scripts, the rules' included.
  const context = await browser.newContext({ colorScheme: scheme, viewport: { width, height: 900 }, bypassCSP: true });
  const page = await context.newPage();
  const requests = [];
  page.on('request', (r) => requests.push(r.url()));
  await page.goto(`file://${file}`);
  await page.emulateMedia({ media, colorScheme: scheme });
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  }));
  const place = `${basename(file)}, ${scheme}, ${width}, ${media}`;
  for (const v of found.violations) faults.push(`${place}: ${v.id}: ${v.help}: ${v.nodes[0].html}`);
  if (requests.length !== 1) faults.push(`${place}: loads ${requests.slice(1)}`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (media === 'screen' && wide > 0) faults.push(`${place}: is ${wide} pixels wider than its window`);
  console.log(`${place}: ${found.passes.length} rules hold, ${found.violations.length} do not`);
  await page.screenshot({ path: `${basename(file, '.html')}-${scheme}-${width}-${media}.png`, fullPage: true });
  await context.close();
}

// Without scripts, by keyboard alone: the first stop skips to the comparison, a check box hides its column.
const context = await browser.newContext({ javaScriptEnabled: true, viewport: { width: 1280, height: 900 } });
const page = await context.newPage();
await page.goto(`file://${file}`);
await page.keyboard.press('Tab');
if (await page.evaluate(() => document.activeElement.className) !== 'skip') faults.push('the first stop is not the link to the comparison');
await page.keyboard.press('Enter');
if (!page.url().endsWith('#compare')) faults.push('the link does not lead to the comparison');
await page.focus('#show-0');
const shown = () => page.locator('td.column-0').first().isVisible();
if (!(await shown())) faults.push('the first column is not shown');
await page.keyboard.press('Space');
if (await shown()) faults.push('the first column is still shown');
await page.focus('.table');
if (await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle) === 'none') faults.push('focus is not seen');
await browser.close();

if (faults.length) {
  console.error(faults.join('\n'));
  process.exit(1);
}
