// A browser that tests tell what to do: a command of JSON on each line of standard input, an answer on each of standard output.
import { createInterface } from 'node:readline';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const browser = await chromium.launch({
  executablePath: process.argv[2],
  // Root has no sandbox, and containers little shared memory.
  args: ['--no-sandbox', '--disable-dev-shm-usage'],
});
let context;
let page;
let complaints = [];

const commands = {
  async open({ url, scheme = 'light', script = true, width = 1280, height = 800 }) {
    await context?.close();
    context = await browser.newContext({
      colorScheme: scheme, javaScriptEnabled: script, viewport: { width, height }, baseURL: url,
    });
    page = await context.newPage();
    complaints = [];
    page.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()); });
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('dialog', (dialog) => { complaints.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
    const response = await page.goto(url);
    return response.status();
  },
  goto: async ({ url }) => (await page.goto(url)).status(),
  click: async ({ role, name }) => { await page.getByRole(role, { name, exact: true }).first().click(); },
  fill: async ({ label, text }) => { await page.getByLabel(label, { exact: true }).fill(text); },
  select: async ({ label, option }) => { await page.getByLabel(label, { exact: true }).selectOption({ label: option }); },
  press: async ({ key }) => { await page.keyboard.press(key); },
  // A key that leads to another page.
  go: async ({ key }) => { await Promise.all([page.waitForNavigation(), page.keyboard.press(key)]); },
  type: async ({ text }) => { await page.keyboard.type(text); },
  url: async () => page.url(),
  title: async () => page.title(),
  // Chromium says of a page that is not there that it isn't; all else that it complains of is an error of ours.
  complaints: async () => complaints.filter((one) => !one.startsWith('Failed to load resource')),
  texts: async ({ selector }) => page.locator(selector).allInnerTexts(),
  count: async ({ selector }) => page.locator(selector).count(),
  style: async ({ selector, property }) => page.locator(selector).first().evaluate(
    (element, name) => getComputedStyle(element).getPropertyValue(name), property),
  focused: async () => page.evaluate(() => {
    const one = document.activeElement;
    return `${one.tagName.toLowerCase()}:${(one.getAttribute('aria-label') ?? one.id) || one.innerText.trim()}`;
  }),
  overflow: async () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
  sticky: async ({ container, head }) => page.evaluate(([outer, inner]) => {
    const box = document.querySelector(outer);
    const before = document.querySelector(inner).getBoundingClientRect().top;
    box.scrollTop = 300;
    return [box.scrollTop, document.querySelector(inner).getBoundingClientRect().top - before];
  }, [container, head]),
  tree: async () => page.locator('body').ariaSnapshot(),
  screenshot: async ({ path }) => { await page.screenshot({ path }); },
  async axe() {
    // The page lets no script run: this one comes by the browser's own hand.
    await page.evaluate(axe);
    const found = await page.evaluate(() => window.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    }));
    return {
      passes: found.passes.length,
      violations: found.violations.map((one) => `${one.id}: ${one.help}: ${one.nodes.map((node) => node.html).join(' | ')}`),
      incomplete: found.incomplete.map((one) => one.id),
    };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...values } = JSON.parse(line);
  let answer;
  try {
    answer = { value: (await commands[command](values)) ?? null };
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser.close();
