// What the scripts of this folder share: a page of Debian's chromium that may ask for nothing, JSON in and JSON out.
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";

/** Runs `work(page, input, requests)` in a new page and prints what it gives; `requests` are those that the page makes. */
export async function inPage(work, options = {}) {
  const input = JSON.parse(readFileSync(0, "utf8"));
  // There is no sandbox in a container, and root may not have one.
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ["--no-sandbox"] });
  try {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    const requests = [], errors = [];
    page.on("request", (request) => requests.push(request.url()));
    page.on("pageerror", (error) => errors.push(String(error)));
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    const output = await work(page, input, requests);
    process.stdout.write(JSON.stringify({ ...output, errors }));
  } finally {
    await browser.close();
  }
}
