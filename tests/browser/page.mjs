// Uses the page of a diagram as a person does, by mouse and keyboard, and asks axe-core about it in light and dark.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { inPage } from "./open.mjs";

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
await inPage(async (page, input, requests) => {
  const address = pathToFileURL(input.file).href;
  await page.goto(address);
  const shown = () => page.$$eval("#list li", (items) => items.filter((item) => !item.hidden).map((item) => item.textContent));
  const all = await shown();

  // The keyboard alone: search, open the first hit, come back.
  await page.keyboard.press("/");
  await page.keyboard.type(input.search);
  const hits = await shown();
  const status = await page.textContent("#found");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => location.hash !== "");
  const opened = await page.evaluate(() => document.activeElement.querySelector("h3")?.textContent ?? "");
  const marked = await page.$$eval(".table.current > title", (titles) => titles.map((title) => title.textContent));
  const lines = await page.$$eval(".line.of", (paths) => paths.length);
  const inSight = await page.evaluate(() => {
    const box = document.querySelector(".table.current").getBoundingClientRect();
    const frame = document.getElementById("picture").getBoundingClientRect();
    return box.left >= frame.left && box.right <= frame.right && box.top >= frame.top && box.bottom <= frame.bottom;
  });

  // From there to the picture.
  await page.click("article:focus .there a");
  await page.waitForFunction(() => document.activeElement.closest(".table"));
  const back = await page.evaluate(() => document.activeElement.closest(".table").querySelector("title").textContent);

  const width = () => page.$eval("#picture svg", (drawn) => drawn.getBoundingClientRect().width);
  const widths = [await width()];
  await page.click("#larger");
  widths.push(await width());
  await page.focus("#picture");
  await page.keyboard.press("-");
  widths.push(await width());

  // A click on a box leads to its table.
  await page.click("#whole");
  await page.click("#box-0 .head");
  const clicked = await page.evaluate(() => document.activeElement.querySelector("h3")?.textContent ?? "");

  await page.addScriptTag({ path: axe });
  const violations = [];
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    const found = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
    for (const violation of found.violations) {
      violations.push(`${colorScheme}: ${violation.id}: ${violation.help}: ${violation.nodes.map((node) => node.html).slice(0, 3).join(" | ")}`);
    }
  }
  const scripts = await page.$$eval("script, iframe, img, object, link", (parts) => parts.length);
  return {
    all, hits, status, opened, back, marked, lines, inSight, widths, clicked, violations, scripts,
    requests: requests.filter((url) => url !== address && !url.startsWith(address + "#")),
  };
});
